//! What the scenarios share: a real server, curl as the source, editors with real keys.

pub mod backups;
pub mod circuits;
pub mod crowd;
pub mod desk;
pub mod dispatches;
pub mod held;
pub mod inside;
pub mod large_set;
mod messages;
pub mod room;
pub mod wire;

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use messages::{filled, msg, msg_in};

/// The program under test.
pub fn sourdine() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sourdine"))
}

/// Runs a command to its end and shows what it said if it did not succeed.
pub fn ok(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Runs a command that must fail with code 1, and returns its one line of standard error.
pub fn fails(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{command:?}\n{error}");
    error
}

/// Debian's library that moves a program's clock, to be preloaded.
pub fn faketime() -> String {
    ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
        .map(|dir| format!("{dir}/faketime/libfaketimeMT.so.1"))
        .into_iter()
        .find(|path| fs::exists(path).unwrap())
        .expect("Debian's package faketime")
}

/// An editor: a key made by `sourdine keygen` (or by Debian's `age-keygen`).
pub struct Editor {
    pub key: PathBuf,
    pub recipient: String,
}

impl Editor {
    pub fn new(dir: &Path, name: &str) -> Self {
        let key = dir.join(format!("{name}.txt"));
        let output = ok(sourdine().args(["keygen", "-o"]).arg(&key));
        Self { key, recipient: String::from_utf8(output.stdout).unwrap().trim().into() }
    }

    /// The same with a post-quantum key.
    pub fn post_quantum(dir: &Path, name: &str) -> Self {
        let key = dir.join(format!("{name}.txt"));
        let output = ok(sourdine().args(["keygen", "--pq", "-o"]).arg(&key));
        Self { key, recipient: String::from_utf8(output.stdout).unwrap().trim().into() }
    }

    /// The same, its key made by Debian's `age-keygen`.
    pub fn stock(dir: &Path, name: &str) -> Self {
        let key = dir.join(format!("{name}.txt"));
        ok(Command::new("age-keygen").arg("-o").arg(&key));
        let output = ok(Command::new("age-keygen").arg("-y").arg(&key));
        Self { key, recipient: String::from_utf8(output.stdout).unwrap().trim().into() }
    }

    /// Opens a bundle into `to` with this key, without looking at what came of it.
    pub fn open<P: AsRef<OsStr>>(
        &self,
        bundles: impl IntoIterator<Item = P>,
        to: &Path,
    ) -> Command {
        let mut command = sourdine();
        command.arg("open").args(bundles).arg("-i").arg(&self.key).arg("-o").arg(to);
        command
    }

    /// What Debian's `age` makes of a sealed file.
    pub fn stock_open(&self, sealed: &Path) -> Vec<u8> {
        ok(Command::new("age").arg("-d").arg("-i").arg(&self.key).arg(sealed)).stdout
    }
}

/// A program of Debian sid's age, which `tests/run` unpacks beside the system's: with post-quantum keys and plugins.
pub fn sid(name: &str) -> Command {
    let program = sid_dir().join(name);
    assert!(program.exists(), "{} is missing: tests/run unpacks it", program.display());
    let mut command = Command::new(program);
    with_plugins(&mut command);
    command
}

fn sid_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/age-sid/usr/bin")
}

/// Lets a command find sid's plugins.
pub fn with_plugins(command: &mut Command) -> &mut Command {
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", sid_dir().display()))
}

/// Seals bytes with Debian's `age` to these recipients.
pub fn stock_seal(plain: &[u8], recipients: &[&str], to: &Path) {
    let from = to.with_extension("plain");
    fs::write(&from, plain).unwrap();
    let recipients = recipients.iter().flat_map(|recipient| ["-r", recipient]);
    ok(Command::new("age").args(recipients).arg("-o").arg(to).arg(&from));
    fs::remove_file(from).unwrap();
}

/// Packs `what` below `dir` with Debian's `tar`.
pub fn stock_tar(bundle: &Path, dir: &Path, what: &str) {
    ok(Command::new("tar").arg("cf").arg(bundle).arg("-C").arg(dir).arg(what));
}

/// Unpacks with Debian's `tar` into a new directory.
pub fn stock_untar(bundle: &Path, dir: &Path) {
    fs::create_dir(dir).unwrap();
    ok(Command::new("tar").arg("xf").arg(bundle).arg("-C").arg(dir));
}

/// Runs a command at a terminal (a pty) to its success, and types an answer to each prompt in turn.
pub fn at_a_terminal(command: &mut Command, answers: &[(&str, &str)]) -> Output {
    ok(&mut on_a_terminal(command, answers))
}

/// The command that does so.
pub fn on_a_terminal(command: &Command, answers: &[(&str, &str)]) -> Command {
    const TYPIST: &str = "
import os, pty, sys
count = int(sys.argv[1])
answers = [sys.argv[2 + 2 * i:4 + 2 * i] for i in range(count)]
command = sys.argv[2 + 2 * count:]
pid, tty = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
said = b''
while True:
    try:
        piece = os.read(tty, 4096)
    except OSError:
        break
    if not piece:
        break
    sys.stdout.buffer.write(piece)
    said += piece
    if answers and answers[0][0].encode() in said:
        os.write(tty, answers.pop(0)[1].encode() + b'\\n')
        said = b''
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";
    let mut typist = Command::new("python3");
    // Debian's age would draw a dialog over the terminal.
    typist.env("PINENTRY_PROGRAM", "none").args(["-c", TYPIST]).arg(answers.len().to_string());
    typist.args(answers.iter().flat_map(|(prompt, answer)| [prompt, answer]));
    typist.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => typist.env(name, value),
            None => typist.env_remove(name),
        };
    }
    typist
}

/// A drop box in a temporary directory, and its server while it runs.
pub struct Box_ {
    pub dir: TempDir,
    pub editors: Vec<Editor>,
    pub base: String,
    /// Arguments that make curl go another way than straight to the site: through Tor.
    pub through: Vec<String>,
    server: Option<Child>,
}

impl Box_ {
    /// Makes a box for so many editors; `edits` are replacements in its configuration.
    pub fn new(editors: usize, edits: &[(&str, &str)]) -> Self {
        Self::new_in(&std::env::temp_dir(), editors, edits)
    }

    /// The same below another directory than the system's temporary one.
    pub fn new_in(parent: &Path, editors: usize, edits: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir_in(parent).unwrap();
        let editors: Vec<_> =
            (0..editors).map(|n| Editor::new(dir.path(), &format!("editor{n}"))).collect();
        let recipients = editors.iter().flat_map(|e| ["--recipient", &e.recipient]);
        ok(sourdine().arg("init").arg(dir.path().join("box")).args(recipients));
        let new = Self { dir, editors, base: String::new(), through: Vec::new(), server: None };
        new.edit(&[("min_free = \"2 GiB\"", "min_free = \"64 MiB\"")]);
        new.edit(edits);
        new
    }

    /// The same, served.
    pub fn served(editors: usize, edits: &[(&str, &str)]) -> Self {
        let mut new = Self::new(editors, edits);
        new.serve();
        new
    }

    /// Replaces text in the configuration; every text must be there.
    pub fn edit(&self, edits: &[(&str, &str)]) {
        let mut text = fs::read_to_string(self.config()).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{from} is not in {text}");
            text = text.replace(from, to);
        }
        fs::write(self.config(), text).unwrap();
    }

    /// The command that puts these keys in the place of all that the first team has.
    pub fn set_recipients(&self, editors: &[Editor]) -> Command {
        let mut command = sourdine();
        command.args(["team", "set-recipients", "--team", "team"]);
        command.args(editors.iter().map(|editor| &editor.recipient)).arg("-c").arg(self.config());
        command
    }

    /// Adds an editor to the first team.
    pub fn add_editor(&mut self, editor: Editor) {
        let recipients = format!("recipients = [\n    \"{}\",", editor.recipient);
        self.edit(&[("recipients = [", &recipients)]);
        self.editors.push(editor);
    }

    /// Adds a team of one editor.
    pub fn add_team(&self, id: &str, name: &str, editor: &Editor) {
        let text = fs::read_to_string(self.config()).unwrap();
        let team = format!(
            "\n[[team]]\nid = \"{id}\"\nname = \"{name}\"\nrecipients = [\"{}\"]\n",
            editor.recipient
        );
        fs::write(self.config(), text + &team).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("box/sourdine.toml")
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("box/data")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts the server on a free port and waits until it answers.
    pub fn serve(&mut self) {
        self.serve_with(|_| ());
    }

    /// The same with another environment or directory.
    pub fn serve_with(&mut self, prepare: impl FnOnce(&mut Command)) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("log")).unwrap();
        let before = self.log().len();
        let mut command = sourdine();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(self.config())
            .stdout(Stdio::null())
            .stderr(log);
        prepare(&mut command);
        self.server = Some(command.spawn().unwrap());
        let address = wait_for("the server's address", || {
            let log = self.log()[before..].to_owned();
            assert!(!log.contains("sourdine: "), "{log}");
            let at = log.find("http://")?;
            Some(log[at..].lines().next()?.to_owned())
        });
        self.base = address;
    }

    /// Takes over a server that was started otherwise.
    pub fn adopt(&mut self, server: Child) {
        self.server = Some(server);
    }

    pub fn pid(&self) -> u32 {
        self.server.as_ref().unwrap().id()
    }

    /// Sends a signal by name (KILL, TERM, HUP) to the server.
    pub fn signal(&self, name: &str) {
        ok(Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()));
    }

    /// Kills the server as a power failure would.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.server.take().unwrap().wait().unwrap();
    }

    /// Stops the server as an operator does.
    pub fn stop(&mut self) {
        self.signal("TERM");
        let status = self.server.take().unwrap().wait().unwrap();
        assert!(status.success(), "{}", self.log());
    }

    /// curl to a path of the site.
    pub fn curl(&self, path: &str, args: &[&str]) -> Answer {
        let through = self.through.iter().map(String::as_str);
        let args: Vec<_> = through.chain(args.iter().copied()).collect();
        let answer = curl(&format!("{}{path}", self.base), &args);
        // A circuit may break: then once more, on another.
        if answer.status == 0 && !self.through.is_empty() {
            return curl(&format!("{}{path}", self.base), &args);
        }
        answer
    }

    /// The form for documents, of the first team where there are several.
    pub fn drop_page(&self, lang: &str) -> Answer {
        let path = format!("/drop?lang={lang}");
        let page = self.curl(&path, &[]);
        let text = page.text();
        let Some((_, rest)) = text.split_once(&format!("{path}&amp;team=")) else { return page };
        self.curl(&format!("{path}&team={}", rest.split('"').next().unwrap()), &[])
    }

    /// The receipt that a frame leads to.
    pub fn whole(&self, framed: &Answer) -> Answer {
        let fields = ["code", "ticket", "receipt"];
        let fields = fields.map(|name| format!("{name}={}", framed.hidden_in("form#whole", name)));
        let args = fields.iter().flat_map(|field| ["--data-urlencode", field]);
        self.curl("/receipt?lang=en", &args.collect::<Vec<_>>())
    }

    /// A drop page: its code and its ticket.
    pub fn form(&self, lang: &str) -> Form {
        let page = self.drop_page(lang);
        assert_eq!(page.status, 200);
        Form { code: page.hidden("code"), ticket: page.hidden("ticket") }
    }

    /// Sends a form with curl: message and files, in this order.
    pub fn send(&self, form: &Form, message: &str, files: &[&str]) -> Answer {
        let mut args = form.fields();
        args.extend(["-F".into(), format!("message={message}")]);
        args.extend(files.iter().flat_map(|file| ["-F".into(), format!("files=@{file}")]));
        self.curl("/drop?lang=en", &args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Sends a form whose files are read from one place and named as the second says.
    pub fn send_named(
        &self,
        form: &Form,
        team: &str,
        message: &str,
        files: &[(PathBuf, String)],
    ) -> Answer {
        let mut args = form.fields();
        args.extend([
            "-F".into(),
            format!("team={team}"),
            "-F".into(),
            format!("message={message}"),
        ]);
        let quoted =
            |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        for (path, name) in files {
            args.push("-F".into());
            args.push(format!(
                "files=@{};filename={}",
                quoted(path.to_str().unwrap()),
                quoted(name)
            ));
        }
        self.curl("/drop?lang=en", &args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Leaves with a ticket.
    pub fn leave(&self, ticket: &str) -> Answer {
        self.curl("/leave?lang=en", &["--data-urlencode", &format!("ticket={ticket}")])
    }

    /// Opens the mailbox of a code with a fresh ticket.
    pub fn mailbox(&self, code: &str) -> Answer {
        let ticket = self.curl("/mailbox?lang=en", &[]).hidden("ticket");
        self.open_with(code, &ticket)
    }

    /// Opens the mailbox of a code with this ticket.
    pub fn open_with(&self, code: &str, ticket: &str) -> Answer {
        let code = format!("code={code}");
        let ticket = format!("ticket={ticket}");
        self.curl("/mailbox?lang=en", &["--data-urlencode", &code, "--data-urlencode", &ticket])
    }

    /// A command on this box's configuration.
    pub fn command(&self, name: &str) -> Command {
        let mut command = sourdine();
        command.arg(name).arg("--config").arg(self.config());
        command
    }

    /// What `sourdine status` says now.
    pub fn told(&self) -> serde_json::Value {
        let output = ok(self.command("status").args(["--json", "--now"]));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What it counts.
    pub fn status(&self) -> serde_json::Value {
        self.told()["counts"].clone()
    }

    /// Submissions that `sourdine status` counts, of all teams.
    pub fn submissions(&self) -> u64 {
        let status = self.status();
        let teams = status["teams"].as_array().unwrap();
        teams.iter().map(|team| team["submissions"].as_u64().unwrap()).sum()
    }

    /// Begins to send a file, slowly (`rate` as curl writes it: `2M`). It goes on until it is done or
    /// dropped.
    pub fn send_slowly(&self, form: &Form, message: &str, file: &Path, rate: &str) -> Slow {
        self.send_all_slowly(form, message, &[file], rate)
    }

    /// The same with several files.
    pub fn send_all_slowly(&self, form: &Form, message: &str, files: &[&Path], rate: &str) -> Slow {
        let files = files.iter().flat_map(|f| ["-F".into(), format!("files=@{}", f.display())]);
        // Not in the box's own directory, whose disk may be full.
        let page = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let curl = Command::new("curl")
            .args(&self.through)
            .args(["-s", "--limit-rate", rate, "-o"])
            .arg(&page)
            .args(form.fields())
            .arg("-F")
            .arg(format!("message={message}"))
            .args(files)
            .arg(format!("{}/drop?lang=en", self.base))
            .spawn()
            .unwrap();
        Slow { curl, page }
    }

    /// Bytes of the file that ciphertext goes to.
    pub fn vault_size(&self) -> u64 {
        fs::metadata(self.data().join("vault.db")).unwrap().len()
    }

    /// The editors open what waits and answer with a file.
    pub fn answer(&self, message: &str, file: &Path) {
        let bundle = self.export("bundle.tar");
        let (opened, reply) = (self.path("opened"), self.path("reply.tar"));
        let text = self.path("text");
        ok(&mut self.editors[0].open([bundle], &opened));
        fs::write(&text, message).unwrap();
        let mut command = sourdine();
        command.arg("reply").arg(&opened).arg("-i").arg(&self.editors[0].key).arg("-o").arg(&reply);
        ok(command.arg("--message").arg(&text).arg("--attach").arg(file));
        ok(self.command("deliver").arg(&reply));
    }

    /// Exports everything to `name` and returns its path.
    pub fn export(&self, name: &str) -> PathBuf {
        let bundle = self.path(name);
        ok(self.command("export").args(["--all", "-o"]).arg(&bundle));
        bundle
    }
}

impl Drop for Box_ {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// An upload that takes its time; dropping it is a source whose circuit breaks.
pub struct Slow {
    curl: Child,
    page: tempfile::TempPath,
}

impl Slow {
    /// Waits for its end and returns the page that was answered, empty if there was none.
    pub fn page(mut self) -> String {
        self.curl.wait().unwrap();
        fs::read_to_string(&self.page).unwrap_or_default()
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        let _ = self.curl.kill();
        let _ = self.curl.wait();
    }
}

/// What a drop page's form carries.
#[derive(Clone)]
pub struct Form {
    pub code: String,
    pub ticket: String,
}

impl Form {
    /// As curl's arguments.
    pub fn fields(&self) -> Vec<String> {
        vec![
            "-F".into(),
            format!("code={}", self.code),
            "-F".into(),
            format!("ticket={}", self.ticket),
        ]
    }
}

/// An HTTP answer.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The page, without the marks that isolate text of another direction, every space a plain one.
    pub fn text(&self) -> String {
        plain(&String::from_utf8_lossy(&self.bytes))
    }

    /// The page as it came.
    pub fn raw(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// The value of the first hidden field of this name.
    pub fn hidden(&self, name: &str) -> String {
        self.hidden_in("main", name)
    }

    /// The same within what a selector finds.
    pub fn hidden_in(&self, place: &str, name: &str) -> String {
        let page = scraper::Html::parse_document(&self.text());
        let selector = scraper::Selector::parse(&format!("{place} input[name={name}]")).unwrap();
        let field =
            page.select(&selector).next().unwrap_or_else(|| panic!("no {name} in {}", self.text()));
        field.value().attr("value").unwrap().to_owned()
    }

    /// Fails with the page when a text is missing.
    pub fn must_say(&self, text: &str) -> &Self {
        assert!(
            self.text().contains(text),
            "{text:?} is missing in {} {}",
            self.status,
            self.text()
        );
        self
    }
}

impl Answer {
    /// Fails with the page when a text is there.
    pub fn must_not_say(&self, text: &str) -> &Self {
        assert!(!self.text().contains(text), "{text:?} stands in {}", self.text());
        self
    }
}

/// Without the marks that isolate text of another direction, every space and apostrophe a plain one.
pub fn plain(text: &str) -> String {
    let text = text.replace(['\u{2068}', '\u{2069}'], "").replace(['\u{a0}', '\u{202f}'], " ");
    text.replace("&#39;", "'")
}

/// Runs curl and splits what it got. A connection that was cut gives status 0.
pub fn curl(url: &str, args: &[&str]) -> Answer {
    let dir = tempfile::tempdir().unwrap();
    let (headers, body) = (dir.path().join("headers"), dir.path().join("body"));
    let output = Command::new("curl")
        .args(["-s", "--max-time", "600", "-w", "%{http_code}", "-D"])
        .arg(&headers)
        .arg("-o")
        .arg(&body)
        .args(args)
        .arg(url)
        .output()
        .unwrap();
    Answer {
        status: String::from_utf8_lossy(&output.stdout).parse().unwrap_or(0),
        headers: fs::read_to_string(&headers).unwrap_or_default(),
        bytes: fs::read(&body).unwrap_or_default(),
    }
}

/// Scenarios that share what took long to begin: each on a thread, and those that failed by name.
pub fn side_by_side(scenarios: &[(&str, &(dyn Fn() + Sync))]) {
    std::thread::scope(|scope| {
        let running: Vec<_> =
            scenarios.iter().map(|(name, scenario)| (name, scope.spawn(scenario))).collect();
        let ended = running.into_iter().map(|(name, thread)| (name, thread.join().is_ok()));
        let failed: Vec<_> = ended.filter_map(|(name, fine)| (!fine).then_some(name)).collect();
        assert!(failed.is_empty(), "failed: {failed:?}; each said why above");
    });
}

/// Asks again and again, at most for a minute and a half.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_secs(90), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether the bytes of a file hold a text.
pub fn holds(path: &Path, text: &[u8]) -> bool {
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).unwrap();
    memchr::memmem::find(&bytes, text).is_some()
}

/// A pipe's end that nobody reads any more.
pub fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A device without room.
pub fn full_device() -> Stdio {
    fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

/// Every file below a directory.
pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

/// SHA-256 in hex, by coreutils: not by our own code.
pub fn sha256(path: &Path) -> String {
    let output = ok(Command::new("sha256sum").arg(path));
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_start_matches('\\')
        .split(' ')
        .next()
        .unwrap()
        .to_owned()
}
