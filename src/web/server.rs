//! The accept loop: hyper's HTTP/1.1 with a header timeout, bounded buffers, and no `Date`.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};

use crate::config::Listen;

/// A request's headers must be complete within this time.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes hyper may hold of one connection.
const BUFFER: usize = 64 * 1024;
/// Headers a request may have.
const HEADERS: usize = 64;
/// Connections at once; the next one waits to be accepted.
const CONNECTIONS: usize = 512;
/// How long a stop waits for what is under way.
const GRACE: Duration = Duration::from_secs(10);

/// A bound listener: bound before the process gives up the right to do so, served later.
pub enum Listener {
    /// On loopback.
    Tcp(std::net::TcpListener),
    /// On the file system; removed when a new one is bound.
    Unix(std::os::unix::net::UnixListener),
}

impl Listener {
    /// Binds; a Unix socket left by an earlier run is replaced.
    pub fn bind(listen: &Listen) -> io::Result<Self> {
        match listen {
            Listen::Tcp(address) => std::net::TcpListener::bind(address).map(Self::Tcp),
            Listen::Unix(path) => {
                if path.exists() && std::os::unix::net::UnixStream::connect(path).is_err() {
                    std::fs::remove_file(path)?;
                }
                let listener = std::os::unix::net::UnixListener::bind(path)?;
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
                Ok(Self::Unix(listener))
            }
        }
    }

    /// The port that was bound, where there is one.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok().map(|address| address.port()),
            Self::Unix(_) => None,
        }
    }

    fn ready(self) -> io::Result<Ready> {
        Ok(match self {
            Self::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                Ready::Tcp(listener.try_into()?)
            }
            Self::Unix(listener) => {
                listener.set_nonblocking(true)?;
                Ready::Unix(listener.try_into()?)
            }
        })
    }
}

/// A listener that a runtime waits on.
enum Ready {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Ready {
    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Tcp(listener) => Box::new(listener.accept().await?.0),
            Self::Unix(listener) => Box::new(listener.accept().await?.0),
        })
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Serves `app` until `stop` changes, then waits for what is under way, for a bounded time.
pub async fn serve(
    listener: Listener,
    app: Router,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = listener.ready()?;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .auto_date_header(false)
        .max_headers(HEADERS)
        .max_buf_size(BUFFER);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            _ = stop.changed() => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        let Ok(stream) = accepted else {
            // Out of file descriptors, or the peer was gone already: breathe, go on.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let service = TowerToHyperService::new(app.clone());
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // How a connection ends says something about a visit: it is not logged.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}
