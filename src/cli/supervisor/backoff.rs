//! Starting again what has ended, with longer and longer pauses.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Between an end and the next start: doubled each time, up to the second.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// What ran for so long is not failing over and over.
const STEADY: Duration = Duration::from_secs(60);

/// Of one that is kept; to be made when it has started.
pub(super) struct Backoff {
    next: Duration,
    since: Instant,
}

impl Backoff {
    pub fn new() -> Self {
        Self { next: FIRST, since: Instant::now() }
    }

    /// It has ended: starts it until that works. `None` once it is told to stop.
    pub async fn again<T, E, F>(
        &mut self,
        stop: &mut watch::Receiver<bool>,
        mut start: impl FnMut() -> F,
    ) -> Option<T>
    where
        E: Display,
        F: Future<Output = Result<T, E>>,
    {
        if self.since.elapsed() >= STEADY {
            self.next = FIRST;
        }
        loop {
            let pause = self.next;
            self.next = (pause * 2).min(LONGEST);
            tokio::select! {
                () = tokio::time::sleep(pause) => (),
                _ = stop.changed() => return None,
            }
            let started = tokio::select! {
                started = start() => started,
                _ = stop.changed() => return None,
            };
            match started {
                Ok(new) => {
                    self.since = Instant::now();
                    return Some(new);
                }
                Err(error) => tracing::error!("{error:#}; it is tried again"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds from an end to the start that works, after so many that fail.
    async fn seconds(pauses: &mut Backoff, fails: usize) -> u64 {
        let (_keep, mut stop) = watch::channel(false);
        let (before, mut tries) = (Instant::now(), 0);
        let start = || {
            tries += 1;
            std::future::ready(if tries > fails { Ok(()) } else { Err("not yet") })
        };
        assert_eq!(pauses.again(&mut stop, start).await, Some(()));
        before.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_up_to_a_minute_and_begin_anew_after_a_steady_one() {
        let mut pauses = Backoff::new();
        for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(seconds(&mut pauses, 0).await, expected);
        }
        tokio::time::sleep(Duration::from_secs(59)).await;
        assert_eq!(seconds(&mut pauses, 0).await, 60, "not steady yet");
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(seconds(&mut pauses, 0).await, 1);
        assert_eq!(seconds(&mut pauses, 2).await, 2 + 4 + 8, "starts that fail count too");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_the_pause_and_the_start() {
        let mut pauses = Backoff::new();
        let (tell, mut stop) = watch::channel(false);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let _ = tell.send(true);
            tokio::time::sleep(Duration::from_secs(5)).await;
            let _ = tell.send(true);
        });
        let never = std::future::pending::<Result<(), String>>;
        assert_eq!(pauses.again(&mut stop, never).await, None);
        assert_eq!(pauses.again(&mut stop, never).await, None);
    }
}
