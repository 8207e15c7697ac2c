//! The end of tor that a server sees: connections over a unix socket, each behind the line that stands
//! for its circuit. (`tests/tor` has the real thing; here a stranger may have a thousand circuits.)

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;

use super::{Box_, wait_for};

/// The line as tor writes it.
pub fn line_of(circuit: u32) -> String {
    let (high, low) = (circuit >> 16, circuit & 0xffff);
    format!("PROXY TCP6 fc00:dead:beef:4dad::{high:x}:{low:x} ::1 {} 80\r\n", 1 + low % 60000)
}

/// A box whose server demands tor's line; `base` is a way there over circuit 1.
pub fn behind_tor(editors: usize, edits: &[(&str, &str)]) -> Box_ {
    let mut site = Box_::new(editors, edits);
    let socket = socket(&site);
    let listen = format!("source = \"unix:{}\"", socket.display());
    site.edit(&[("source = \"127.0.0.1:8080\"", &listen), ("haproxy = false", "haproxy = true")]);
    let log = fs::File::create(site.path("log")).unwrap();
    let mut command = site.command("serve");
    site.adopt(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
    wait_for("the server's socket", || {
        assert!(!site.log().contains("sourdine: "), "{}", site.log());
        UnixStream::connect(&socket).ok()
    });
    site.base = way(&site, 1);
    site
}

pub fn socket(site: &Box_) -> PathBuf {
    site.path("source.sock")
}

/// A connection of a circuit, its line sent.
pub fn dial(site: &Box_, circuit: u32) -> UnixStream {
    let mut stream = UnixStream::connect(socket(site)).unwrap();
    stream.write_all(line_of(circuit).as_bytes()).unwrap();
    stream
}

/// From here on, everything that is asked of this box comes over this circuit.
pub fn over(site: &mut Box_, circuit: u32) -> &Box_ {
    site.base = way(site, circuit);
    site
}

/// An address for curl whose every connection comes over this circuit.
pub fn way(site: &Box_, circuit: u32) -> String {
    way_through(socket(site), circuit)
}

/// The same through any socket behind tor.
pub fn way_through(socket: PathBuf, circuit: u32) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(mut far) = UnixStream::connect(&socket) else { continue };
            if far.write_all(line_of(circuit).as_bytes()).is_err() {
                continue;
            }
            let (near_up, far_up) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            thread::spawn(move || carry(near_up, far_up));
            thread::spawn(move || carry_back(far, near));
        }
    });
    base
}

fn carry(mut near: TcpStream, mut far: UnixStream) {
    let _ = std::io::copy(&mut near, &mut far);
    let _ = far.shutdown(Shutdown::Write);
}

fn carry_back(mut far: UnixStream, mut near: TcpStream) {
    let _ = std::io::copy(&mut far, &mut near);
    let _ = near.shutdown(Shutdown::Both);
}

/// Tries a code on a circuit, over a connection of its own; everything that is answered.
pub fn ask_mailbox(site: &Box_, circuit: u32, code: &str, ticket: &str) -> String {
    let body = format!("code={}&ticket={ticket}", code.replace(' ', "+"));
    let mut stream = dial(site, circuit);
    let request = format!(
        "POST /mailbox?lang=en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut said = String::new();
    if stream.write_all(request.as_bytes()).is_ok() {
        let _ = stream.read_to_string(&mut said);
    }
    said
}
