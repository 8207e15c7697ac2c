//! The process that reads requests is shut in: what it must not do fails in the running server, and what
//! it must do goes on.

#[cfg(target_arch = "x86_64")]
mod injected;
mod older_kernels;
mod trial;

use std::fs;
use std::path::Path;

use crate::common::*;

/// What the log says where nothing is missing, up to the version of landlock.
fn start_line(data: &Path) -> String {
    format!(
        "sandboxed: no programs, no connections, no files outside {} (seccomp, landlock ",
        data.display()
    )
}

#[test]
fn every_thread_of_the_server_is_filtered() {
    let site = Box_::served(1, &[]);
    assert!(site.log().contains(&start_line(&site.data())), "{}", site.log());
    // After some work, so that threads of all kinds were started.
    let document = site.path("a.txt");
    fs::write(&document, "a").unwrap();
    let form = site.form("en");
    site.send(&form, "text", &[document.to_str().unwrap()]).must_say(msg("receipt-title"));
    site.mailbox(&form.code).must_say(msg("mailbox-waiting"));
    let mut threads = 0;
    for task in fs::read_dir(format!("/proc/{}/task", site.pid())).unwrap().flatten() {
        let status = fs::read_to_string(task.path().join("status")).unwrap();
        threads += 1;
        for line in ["Seccomp:\t2", "NoNewPrivs:\t1"] {
            assert!(status.lines().any(|found| found == line), "{line} is missing in {status}");
        }
    }
    assert!(threads >= 4, "{threads} threads");
    let check = ok(&mut site.command("check"));
    let said = String::from_utf8(check.stdout).unwrap();
    let ours = format!("process {}: every thread is filtered", site.pid());
    assert!(said.contains(&ours) && said.contains("tried here; serve is sandboxed: "), "{said}");
}

#[test]
fn check_says_that_a_server_is_not_filtered() {
    // Any other process that holds the lock stands for a server without a sandbox.
    let site = Box_::new(1, &[]);
    let lock = fs::File::create(site.data().join("serving")).unwrap();
    lock.lock().unwrap();
    let said = String::from_utf8(ok(&mut site.command("check")).stdout).unwrap();
    let ours = format!("process {}: a thread of it is not filtered", std::process::id());
    assert!(said.contains(&ours) && said.contains("restart serve"), "{said}");
}

#[test]
fn a_box_that_is_not_there_is_said_as_ever() {
    let site = Box_::new(1, &[]);
    fs::rename(site.data(), site.path("elsewhere")).unwrap();
    let said = fails(site.command("serve").args(["--listen", "127.0.0.1:0"]));
    assert!(said.contains("there is no data directory"), "{said}");
}

#[test]
fn a_configuration_that_an_editor_replaced_is_read_again() {
    let mut site = Box_::served(1, &[]);
    let new = Editor::new(site.dir.path(), "new");
    let recipient = new.recipient.clone();
    let old = fs::read_to_string(site.config()).unwrap();
    site.add_editor(new);
    // As an editor does: another file, moved into the place of the first. Twice.
    for times in 1..=2 {
        let text = fs::read_to_string(site.config()).unwrap();
        fs::write(site.config().with_extension("new"), format!("{text}\n# {times}\n")).unwrap();
        fs::rename(site.config().with_extension("new"), site.config()).unwrap();
        wait_for("the reload", || {
            (site.log().matches("were read again").count() >= times).then_some(())
        });
    }
    assert!(!old.contains(&recipient));
    site.curl("/recipients.txt", &[]).must_say(&recipient);
    assert!(!site.log().contains("is not used"), "{}", site.log());
    site.signal("HUP");
    wait_for("the reload", || (site.log().matches("were read again").count() >= 3).then_some(()));
    site.stop();
}

#[test]
fn a_configuration_behind_a_link_is_read_again() {
    let mut site = Box_::new(1, &[]);
    let etc = site.path("etc");
    fs::create_dir(&etc).unwrap();
    fs::rename(site.config(), etc.join("real.toml")).unwrap();
    std::os::unix::fs::symlink(etc.join("real.toml"), site.config()).unwrap();
    site.serve();
    let text = fs::read_to_string(etc.join("real.toml")).unwrap();
    fs::write(etc.join("new.toml"), text + "\n# new\n").unwrap();
    fs::rename(etc.join("new.toml"), etc.join("real.toml")).unwrap();
    wait_for("the reload", || site.log().contains("were read again").then_some(()));
}
