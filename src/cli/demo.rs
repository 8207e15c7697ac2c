//! `sourdine demo`: the whole thing on loopback, with an editor whose key is thrown away.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::serve::Plan;
use super::{init, keygen};
use crate::base::ids::hex;
use crate::base::random;
use crate::config::{Config, Listen};

#[derive(clap::Args)]
pub struct Demo {
    /// Keep everything in this new directory instead of a temporary one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The source's site
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: Listen,
    /// The editors' desk
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    desk_listen: Listen,
}

impl Demo {
    pub fn run(self) -> anyhow::Result<()> {
        let kept = self.dir.is_some();
        let name = format!("sourdine-demo-{}", hex(&random::bytes::<4>()?));
        let dir = self.dir.unwrap_or_else(|| std::env::temp_dir().join(name));
        let _temporary = (!kept).then(|| RemoveOnDrop(dir.clone()));
        std::fs::create_dir_all(&dir)
            .with_context(|| format!("{} cannot be made", dir.display()))?;
        let key = dir.join("editor-key.txt");
        let recipient = keygen::write(&key, false)?;
        let values = [
            ("site", "name", "Sourdine (demo)"),
            ("space", "quota", "20 GiB"),
            ("space", "min_free", "200 MiB"),
        ];
        let file = init::create(&dir, &[recipient], &values)?;
        let config = Config { listen: self.listen.clone(), ..Config::load(&file)? };
        let desk = Some(self.desk_listen.clone());
        let plan = Plan { config, desk, file: file.clone(), hangup_reloads: false };
        plan.run(|| explain(&self.listen, &self.desk_listen, &dir, &file, &key, kept))
    }
}

/// A demo leaves nothing behind.
struct RemoveOnDrop(PathBuf);

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn explain(source: &Listen, desk: &Listen, dir: &Path, file: &Path, key: &Path, kept: bool) {
    let program = std::env::current_exe().unwrap_or_else(|_| "sourdine".into());
    let (program, dir, file, key) =
        (program.display(), dir.display(), file.display(), key.display());
    let end = if kept { "Everything stays in the directory" } else { "Everything is deleted" };
    println!(
        "
Sourdine demo. Real encryption, but no Tor: for trying only.

  As a source, in a browser:   {source}
  Editors' desk (not yet):     {desk}

As an editor, in another terminal, after something was sent:

  {program} export --config {file} -o {dir}/bundle.tar
  {program} open {dir}/bundle.tar -i {key} -o {dir}/opened

Then answer, and deliver the answer (the source reads it with the code):

  echo 'Merci, bien reçu.' > {dir}/answer.txt
  {program} reply {dir}/opened -i {key} --message {dir}/answer.txt -o {dir}/reply.tar
  {program} deliver --config {file} {dir}/reply.tar

{end} when this stops (Ctrl-C).
"
    );
}
