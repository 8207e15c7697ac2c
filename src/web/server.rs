//! The accept loop: hyper's HTTP/1.1 with a header timeout, bounded buffers, and no `Date`.

use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

use super::connections::{Connections, Visitor};
use super::error_counts;
use super::proxy::{self, NoCircuit};
use crate::base::circuit::Circuit;
use crate::config::Listen;

/// A request's headers must be complete within this time.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes hyper may hold of one connection.
const BUFFER: usize = 64 * 1024;
/// Headers a request may have.
const HEADERS: usize = 64;
/// A connection whose peer takes nothing of what waits for it is ended after this time.
const UNREAD: Duration = Duration::from_secs(60);
/// Connections of which tor's line is awaited; the next one waits to be accepted.
const ARRIVING: usize = 64;
/// To whom a connection without that line is: somebody who sets tor up.
const NO_CIRCUIT: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n\
    This socket is for tor, with `HiddenServiceExportCircuitID haproxy` in its configuration.\n";
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
                let is_socket = |meta: std::fs::Metadata| meta.file_type().is_socket();
                if std::fs::symlink_metadata(path).is_ok_and(is_socket)
                    && std::os::unix::net::UnixStream::connect(path).is_err()
                {
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

/// Whether each connection begins with tor's line (see [`proxy`]).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It must.
    Demanded,
    /// It must not: the line is no request, and is refused as such.
    Forbidden,
}

/// Serves `app` until `stop` changes, then waits for what is under way, for a bounded time.
pub async fn serve(
    listener: Listener,
    line: Line,
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
    let connections = Arc::new(Connections::default());
    let arriving = Arc::new(Semaphore::new(ARRIVING));
    loop {
        let door = tokio::select! {
            door = arriving.clone().acquire_owned() => door,
            _ = stop.changed() => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        let Ok(mut stream) = accepted else {
            // Out of file descriptors, or the peer was gone already: breathe, go on.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (http, app, connections) = (http.clone(), app.clone(), connections.clone());
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let Some(circuit) = circuit_of(&mut stream, line).await else { return };
            drop(door);
            let Some(slot) = connections.admit(circuit) else { return };
            let service = with_visitor(app, connections.visitor(circuit, &slot));
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(UNREAD));
            let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
            // How a connection ends says something about a visit: it is not logged.
            tokio::select! {
                _ = watcher.watch(connection) => {}
                () = slot.evicted() => {}
            }
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}

/// Reads what stands before the first request; `None` where it is not as it must be.
async fn circuit_of(stream: &mut Box<dyn Stream>, line: Line) -> Option<Circuit> {
    if line == Line::Forbidden {
        return Some(Circuit::Local);
    }
    let circuit = proxy::read(stream).await;
    if circuit == Err(NoCircuit::Crooked) {
        error_counts::count("no-circuit");
        let told = async {
            stream.write_all(NO_CIRCUIT).await?;
            stream.shutdown().await
        };
        let _ = tokio::time::timeout(Duration::from_secs(1), told).await;
    }
    circuit.ok()
}

/// The app, told with each request who sends it.
fn with_visitor(
    app: Router,
    visitor: Visitor,
) -> impl Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> {
    let app = TowerToHyperService::new(app);
    service_fn(move |mut request: Request<Incoming>| {
        visitor.active();
        request.extensions_mut().insert(visitor.clone());
        app.call(request)
    })
}
