//! A source's line: what goes up is slow, and may break off.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// Bytes of a request that are never slowed down: headers and small forms.
const FREE: u64 = 16 * 1024;

/// A TCP proxy in front of a site.
pub struct Line {
    pub base: String,
    limits: Arc<Limits>,
}

#[derive(Default)]
struct Limits {
    /// Bytes a second that go up on a connection; 0: as fast as they come.
    rate: AtomicU64,
    /// Bytes after which a connection breaks; 0: never.
    cut: AtomicU64,
}

impl Line {
    /// A line to a site; its threads end with the process.
    pub fn to(site: &str) -> Self {
        let target = site.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let limits = Arc::new(Limits::default());
        let shared = limits.clone();
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(&target) else { continue };
                let (up, down) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                let limits = shared.clone();
                thread::spawn(move || carry_up(up, far, &limits));
                thread::spawn(move || carry_down(down, near));
            }
        });
        Self { base, limits }
    }

    /// So many bytes a second go up.
    pub fn slow(&self, rate: u64) {
        self.limits.rate.store(rate, Ordering::Relaxed);
    }

    /// Connections break after so many bytes up.
    pub fn cut_after(&self, bytes: u64) {
        self.limits.cut.store(bytes, Ordering::Relaxed);
    }

    /// As good as new.
    pub fn mend(&self) {
        self.slow(0);
        self.cut_after(0);
    }
}

fn carry_up(mut near: TcpStream, mut far: TcpStream, limits: &Limits) {
    let mut buffer = [0; 8192];
    let mut sent = 0;
    while let Ok(read @ 1..) = near.read(&mut buffer) {
        let cut = limits.cut.load(Ordering::Relaxed);
        if cut > 0 && sent + read as u64 > cut {
            break;
        }
        if far.write_all(&buffer[..read]).is_err() {
            break;
        }
        sent += read as u64;
        let rate = limits.rate.load(Ordering::Relaxed);
        if rate > 0 && sent > FREE {
            thread::sleep(Duration::from_millis(read as u64 * 1000 / rate));
        }
    }
    let _ = near.shutdown(Shutdown::Both);
    let _ = far.shutdown(Shutdown::Both);
}

fn carry_down(mut far: TcpStream, mut near: TcpStream) {
    let _ = std::io::copy(&mut far, &mut near);
    let _ = near.shutdown(Shutdown::Both);
    let _ = far.shutdown(Shutdown::Both);
}
