//! A browser made of curl: it reads the HTML that was sent and fills in the forms that stand there.

use std::path::PathBuf;

use scraper::{ElementRef, Html, Selector};

use crate::common::{Answer, curl};

/// An answer and what stands in it.
pub struct Page {
    /// Where its links lead, and what is asked with.
    pub from: From,
    pub answer: Answer,
    html: Html,
}

/// A site, and the headers that a visitor's browser adds.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct From {
    pub base: String,
    pub headers: Vec<String>,
    pub rate: Option<String>,
    /// Where its cookies are kept, if it keeps any.
    pub jar: Option<PathBuf>,
}

impl From {
    fn curl(&self, path: &str, args: &[&str]) -> Page {
        let headers = self.headers.iter().flat_map(|header| ["-H", header]);
        let rate = self.rate.iter().flat_map(|rate| ["--limit-rate", rate]);
        let jar = self.jar.iter().filter_map(|jar| jar.to_str());
        let jar = jar.flat_map(|jar| ["-b", jar, "-c", jar]);
        let args: Vec<_> = headers.chain(rate).chain(jar).chain(args.iter().copied()).collect();
        let answer = curl(&format!("{}{path}", self.base), &args);
        if answer.status == 303 {
            let to = answer.headers.lines().find_map(|line| line.strip_prefix("location: "));
            return self.get(to.expect("a place to go to"));
        }
        Page::new(self, answer)
    }

    /// The same over a line that carries so much a second, as curl writes it.
    pub fn slow(&self, rate: &str) -> Self {
        Self { rate: Some(rate.into()), ..self.clone() }
    }

    /// Asks for a path.
    pub fn get(&self, path: &str) -> Page {
        self.curl(path, &[])
    }

    /// Asks for what may never end; what came after so many seconds is the page.
    pub fn watch(&self, path: &str, seconds: &str) -> Page {
        self.curl(path, &["--max-time", seconds])
    }
}

/// What leads on from a page.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    Link(String),
    Frame(String),
    /// The number of a button on its page, and where it sends to.
    Button(usize, String),
}

impl Way {
    /// Whether other pages of the same visit are no good after it.
    pub fn ends_a_visit(&self) -> bool {
        matches!(self, Way::Button(_, to)
            if ["/leave", "sign-out"].iter().any(|end| to.contains(end)) || to.ends_with("#sure"))
    }
}

pub fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

impl Page {
    pub fn new(from: &From, answer: Answer) -> Self {
        let html = Html::parse_document(&String::from_utf8_lossy(&answer.bytes));
        Self { from: from.clone(), answer, html }
    }

    /// All elements that a selector finds.
    pub fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&css(selector)).collect()
    }

    /// What a person reads on it, for a failure's message.
    pub fn readable(&self) -> String {
        let parts = self.all("title, header, main");
        let text: String = parts.iter().flat_map(ElementRef::text).collect();
        format!("{}: {}", self.answer.status, text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The text of the first such element.
    pub fn text(&self, selector: &str) -> String {
        let found = self.html.select(&css(selector)).next();
        let found = found.unwrap_or_else(|| panic!("no {selector} on {}", self.readable()));
        found.text().collect::<String>().trim().to_owned()
    }

    /// Whether it stands in a frame.
    pub fn is_framed(&self) -> bool {
        !self.all("body.frame").is_empty()
    }

    /// The words that are shown.
    pub fn code(&self) -> String {
        let words = self.all("main .code li");
        if words.is_empty() {
            return self.all("#whole input[name=code]")[0].attr("value").unwrap().to_owned();
        }
        words.iter().map(|li| li.text().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// Presses a button after filling in fields; `@path` chooses a file.
    pub fn press(&self, button: &str, filled: &[(&str, &str)]) -> Self {
        let found = self.html.select(&css(button)).next();
        let found = found.unwrap_or_else(|| panic!("no {button} on {}", self.readable()));
        self.send(found, filled)
    }

    /// What a browser sends for a button: its form's fields in order, the button's own last.
    fn send(&self, button: ElementRef<'_>, filled: &[(&str, &str)]) -> Self {
        let form = self.form_of(button);
        let own = |name: &str| button.attr(&format!("form{name}")).or_else(|| form.attr(name));
        let multipart = own("enctype") == Some("multipart/form-data");
        let get = own("method") == Some("get");
        let flag = if multipart { "-F" } else { "--data-urlencode" };
        let mut args: Vec<String> = Vec::new();
        let mut add = |name: &str, value: &str| {
            // curl's -F would take "<" and ";" in a value for its own signs.
            let file = multipart && value.starts_with('@');
            let flag = if multipart && !file { "--form-string" } else { flag };
            args.extend([flag.to_owned(), format!("{name}={value}")]);
        };
        let fields = css("input, textarea, select");
        let outside =
            form.attr("id").map(|id| self.all(&format!("main [form='{id}']:not(button)")));
        for field in form.select(&fields).chain(outside.unwrap_or_default()) {
            let Some(name) = field.attr("name") else { continue };
            let typed: Vec<_> =
                filled.iter().filter(|(to, _)| *to == name).map(|(_, value)| *value).collect();
            let value = field.attr("value").unwrap_or_default();
            match field.attr("type") {
                Some("radio" | "checkbox")
                    if typed.is_empty() && field.attr("checked").is_none() => {}
                Some("radio") if !typed.is_empty() && !typed.contains(&value) => (),
                Some("file") if !multipart => add(name, ""),
                Some("file") if typed.is_empty() => add(name, "@/dev/null;filename="),
                Some("radio") => add(name, value),
                _ if !typed.is_empty() => typed.iter().for_each(|value| add(name, value)),
                None if field.value().name() == "select" => {
                    let first = |selector: &str| field.select(&css(selector)).next();
                    let chosen = first("option[selected]").or_else(|| first("option"));
                    add(name, chosen.and_then(|option| option.attr("value")).unwrap_or_default());
                }
                _ if field.value().name() == "input" => add(name, value),
                _ => add(name, field.text().collect::<String>().trim_start_matches('\n')),
            }
        }
        if let Some(name) = button.attr("name") {
            add(name, button.attr("value").unwrap_or_default());
        }
        let action = own("action").expect("a form says where it sends to");
        assert!(get || form.attr("method") == Some("post"), "{}", form.html());
        if get {
            args.push("-G".into());
        }
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        self.from.curl(action, &args)
    }

    fn form_of<'a>(&'a self, button: ElementRef<'a>) -> ElementRef<'a> {
        if let Some(id) = button.attr("form") {
            return self.all(&format!("form#{id}"))[0];
        }
        let above = button.ancestors().filter_map(ElementRef::wrap);
        above.into_iter().find(|e| e.value().name() == "form").expect("a button of a form")
    }

    /// Every link, frame and button.
    pub fn ways(&self) -> Vec<Way> {
        let links = self.all("a[href]");
        let links = links.iter().map(|a| a.attr("href").unwrap());
        let links = links.filter(|to| !to.starts_with('#')).map(|to| Way::Link(to.into()));
        let frames = self.all("iframe[src]");
        let frames = frames.iter().map(|frame| Way::Frame(frame.attr("src").unwrap().into()));
        let buttons = self.all("button");
        let buttons = buttons.iter().enumerate().map(|(number, button)| {
            let form = self.form_of(*button);
            let to = button.attr("formaction").or_else(|| form.attr("action")).unwrap();
            let [value, id] =
                [button.attr("value"), form.attr("id")].map(Option::unwrap_or_default);
            Way::Button(number, format!("{to} {value} #{id}"))
        });
        links.chain(frames).chain(buttons).collect()
    }

    /// Goes one of those ways, with nothing filled in.
    pub fn go(&self, way: &Way) -> Self {
        match way {
            Way::Link(to) => self.from.get(to),
            Way::Frame(to) => self.from.watch(to, "0.4"),
            Way::Button(number, _) => self.send(self.all("button")[*number], &[]),
        }
    }
}
