//! Pages again, as they were sent, headers included: so that browsers can look at what only a form led
//! to, and that what they ask for besides is counted.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::tour::State;

/// A server of given states at `/0`, `/1` and so on, and of each in a frame at `/framed/0`. Displays beside
/// a form are those that wait; everything else is not found.
pub struct Replay {
    pub base: String,
    asked: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
}

/// An answer by its path.
type Answers = HashMap<String, Vec<u8>>;

impl Replay {
    pub fn of(states: &[State]) -> Self {
        let mut answers = Answers::new();
        for (number, state) in states.iter().enumerate() {
            answers.insert(format!("/{number}"), wire(&state.answer.headers, &state.answer.bytes));
            let frame = format!(
                "<!doctype html><html lang=en><title>A frame</title><main><h1>A frame</h1>\
                 <iframe title=Frame src=/{number} width=320 height=700></iframe></main></html>"
            );
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n";
            answers.insert(format!("/framed/{number}"), wire(head, frame.as_bytes()));
            let display = states.iter().find(|s| s.name == "progress" && s.lang == state.lang);
            for frame in state.page().all("iframe[src]") {
                let answer = &display.unwrap().answer;
                let path = frame.attr("src").unwrap().to_owned();
                answers.insert(path, wire(&answer.headers, &answer.bytes));
            }
        }
        let answers = Arc::new(answers);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (asked, over) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<AtomicBool>::default());
        let new = Self { base, asked: asked.clone(), over: over.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (answers, asked) = (answers.clone(), asked.clone());
                // A browser that goes away in the middle is no matter here.
                std::thread::spawn(move || drop(serve(&stream, &answers, &asked)));
            }
        });
        new
    }

    /// What was asked for, in this order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.base.trim_start_matches("http://"));
    }
}

/// The answer as it goes over a connection of its own.
fn wire(headers: &str, body: &[u8]) -> Vec<u8> {
    let ours = ["content-length:", "transfer-encoding:", "connection:", "refresh:"];
    // "100 Continue" has a head of its own.
    let head = headers.trim_end().rsplit("\r\n\r\n").next().unwrap_or_default();
    let head: String = head
        .lines()
        .filter(|line| !line.is_empty() && !ours.iter().any(|name| line.starts_with(name)))
        .flat_map(|line| [line, "\r\n"])
        .collect();
    let end = format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), end.as_bytes(), body].concat()
}

fn serve(
    mut stream: &TcpStream,
    answers: &Answers,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    if first.is_empty() {
        return Ok(()); // a connection opened in advance
    }
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    asked.lock().unwrap().push(path.into());
    match answers.get(path) {
        Some(answer) => stream.write_all(answer),
        None => stream
            .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
    }
}
