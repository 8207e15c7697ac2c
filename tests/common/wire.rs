//! Forms on their way: documents, forms cut at an exact byte, and the progress display beside them.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use scraper::{Html, Selector};

use super::{Answer, Box_, Form, msg, plain, sha256, wait_for};

/// A document of a source: nothing in it repeats, and no two are alike.
#[derive(Clone)]
pub struct Document {
    pub name: String,
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub sha256: String,
}

impl Document {
    pub fn new(site: &Box_, name: &str, length: usize) -> Self {
        let dir = site.path("documents");
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join(name);
        let mut bytes = vec![0; length];
        seeded(random()).fill_bytes(&mut bytes);
        std::fs::write(&path, &bytes).unwrap();
        let sha256 = sha256(&path);
        Self { name: name.into(), path, bytes, sha256 }
    }

    pub fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// As the mailbox page lists it, its id aside.
    pub fn listed(&self) -> (String, String) {
        (self.name.clone(), self.sha256.clone())
    }
}

/// Paths, for curl.
pub fn paths(documents: &[Document]) -> Vec<&str> {
    documents.iter().map(Document::path).collect()
}

/// Names and hashes, as pages list them.
pub fn listed(documents: &[Document]) -> Vec<(String, String)> {
    documents.iter().map(Document::listed).collect()
}

pub fn random() -> u64 {
    u64::from_le_bytes(sourdine::base::random::bytes().unwrap())
}

/// A generator with a seed, so that a failure can be repeated.
pub fn seeded(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// A drop page with its display.
pub struct Sheet {
    pub form: Form,
    pub token: String,
}

impl Sheet {
    pub fn new(site: &Box_) -> Self {
        Self::of(&site.drop_page("en"))
    }

    /// What a page's form carries.
    pub fn of(page: &Answer) -> Self {
        let form = Form { code: page.hidden("code"), ticket: form_ticket(page) };
        Self { form, token: token(page) }
    }
}

/// The name of the display beside a page's form.
pub fn token(page: &Answer) -> String {
    let page = Html::parse_document(&page.text());
    let frame = page.select(&selector("iframe#progress")).next().unwrap();
    let address = frame.value().attr("src").unwrap();
    let rest = address.strip_prefix("/progress/").unwrap();
    rest.split('?').next().unwrap().to_owned()
}

/// The ticket of the form that files are sent with, among those of the page.
pub fn form_ticket(page: &Answer) -> String {
    let page = Html::parse_document(&page.text());
    let field = page.select(&selector("form#send input[name=ticket]")).next().unwrap();
    field.value().attr("value").unwrap().to_owned()
}

pub fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

/// The body of a form, and where each file of it is whole.
pub struct Body {
    pub bytes: Vec<u8>,
    /// Behind the delimiter that follows a file.
    pub whole: Vec<usize>,
    /// Where the content of each file begins.
    pub begins: Vec<usize>,
}

impl Body {
    pub fn new(form: &Form, more: &[(&str, &str)], files: &[Document]) -> Self {
        let mut bytes = Vec::new();
        let fields = [("code", &*form.code), ("ticket", &*form.ticket)];
        for (name, value) in fields.iter().chain(more) {
            let head = format!(
                "--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            bytes.extend(head.into_bytes());
        }
        let (mut whole, mut begins) = (Vec::new(), Vec::new());
        for file in files {
            let head = format!(
                "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{}\"\r\n\r\n",
                file.name
            );
            bytes.extend(head.into_bytes());
            begins.push(bytes.len());
            bytes.extend(&file.bytes);
            whole.push(bytes.len() + "\r\n--B\r\n".len());
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"--B--\r\n");
        Self { bytes, whole, begins }
    }

    /// Sends so many bytes of it, and announces all.
    pub fn send(&self, site: &Box_, path: &str, bytes: usize) -> Upload {
        let mut upload = Upload::begin(site, path, self.bytes.len());
        upload.write(&self.bytes[..bytes]);
        upload
    }
}

/// A form on its way, by hand. Dropping it is a circuit that breaks.
pub struct Upload(TcpStream);

impl Upload {
    /// Announces a form of so many bytes.
    pub fn begin(site: &Box_, path: &str, announced: usize) -> Self {
        let mut stream = connect(site);
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {announced}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self(stream)
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// The same where the server may have gone away.
    pub fn try_write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Everything that is answered, headers and all.
    pub fn answer(mut self) -> String {
        let mut bytes = Vec::new();
        let _ = self.0.read_to_end(&mut bytes);
        plain(&String::from_utf8_lossy(&bytes))
    }
}

pub fn connect(site: &Box_) -> TcpStream {
    TcpStream::connect(site.base.trim_start_matches("http://")).unwrap()
}

/// Sockets that the server holds: its listener, its signals, and connections.
pub fn sockets(site: &Box_) -> usize {
    let all = std::fs::read_dir(format!("/proc/{}/fd", site.pid())).unwrap().flatten();
    let targets = all.map(|entry| std::fs::read_link(entry.path()).unwrap_or_default());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// A progress display, read as it comes.
pub struct Display {
    stream: TcpStream,
    said: Arc<Mutex<(Vec<u8>, bool)>>,
}

impl Display {
    /// Opens one before anything is sent.
    pub fn open(site: &Box_, token: &str) -> Self {
        let new = Self::open_late(site, token);
        new.waits_for(msg("progress-waiting"));
        new
    }

    /// Opens one whenever.
    pub fn open_late(site: &Box_, token: &str) -> Self {
        let mut stream = connect(site);
        let request = format!(
            "GET /progress/{token}?lang=en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let said = Arc::new(Mutex::new((Vec::new(), false)));
        let (mut reader, heard) = (stream.try_clone().unwrap(), said.clone());
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut piece) {
                heard.lock().unwrap().0.extend(&piece[..n]);
            }
            heard.lock().unwrap().1 = true;
        });
        Self { stream, said }
    }

    /// Everything up to now.
    pub fn said(&self) -> String {
        plain(&String::from_utf8_lossy(&self.said.lock().unwrap().0))
    }

    /// Waits until it says this.
    pub fn waits_for(&self, text: &str) -> &Self {
        wait_for(&format!("the display to say {text:?}"), || {
            let (ended, said) = (self.has_ended(), self.said());
            assert!(!ended || said.contains(text), "ended without {text:?}: {said}");
            said.contains(text).then_some(())
        });
        self
    }

    /// Whether the server has ended it.
    pub fn has_ended(&self) -> bool {
        self.said.lock().unwrap().1
    }

    /// Waits for its end.
    pub fn ends(&self) -> &Self {
        wait_for("the display to end", || self.has_ended().then_some(()));
        self
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// Cuts a form after so many bytes and waits until the server has noticed.
pub fn cut(site: &Box_, sheet: &Sheet, body: &Body, path: &str, bytes: usize) {
    let display = Display::open(site, &sheet.token);
    drop(body.send(site, path, bytes));
    display.waits_for(msg("error-cut"));
}
