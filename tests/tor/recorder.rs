//! Between a tor and a box: passes everything on, and remembers the first line of every connection.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

/// More than the line that PROXY's first version allows (107 bytes).
const LONGEST: usize = 200;

/// Its threads end with the process.
pub struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    /// Listens at one socket and passes on to the other.
    pub fn start(near: &Path, far: &Path) -> Self {
        let listener = UnixListener::bind(near).unwrap();
        let lines = Arc::<Mutex<Vec<_>>>::default();
        let (heard, far) = (lines.clone(), far.to_owned());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = UnixStream::connect(&far) else { continue };
                let heard = heard.clone();
                // A connection that breaks is the business of who opened it.
                thread::spawn(move || drop(pass(near, far, &heard)));
            }
        });
        Self(lines)
    }

    /// The lines since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn pass(mut near: UnixStream, mut far: UnixStream, heard: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < LONGEST && byte != *b"\n" && near.read(&mut byte)? == 1 {
        line.push(byte[0]);
    }
    heard.lock().unwrap().push(String::from_utf8_lossy(&line).into_owned());
    far.write_all(&line)?;
    let (mut up, mut down) = (near.try_clone()?, far.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut down, &mut near);
        let _ = near.shutdown(Shutdown::Both);
    });
    let _ = io::copy(&mut up, &mut far);
    far.shutdown(Shutdown::Both)
}
