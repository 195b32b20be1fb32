//! The wizard's composition root: brings the screens, the terminal and the world together.
//! Must not know what a screen shows.
mod contacts;
pub mod grant;
mod look;
mod plain;
mod preview;
mod ui;

use std::io::IsTerminal;

use super::{Outcome, answering};
use crate::{cli::Setup, problem::Problem};

/// `hubwright`, `hubwright setup`
pub async fn setup(args: &Setup) -> Outcome {
    // Lines are asked on standard error, as all commands do; screens are drawn on standard output.
    let shown = if args.appearance.plain { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
    if !(std::io::stdin().is_terminal() && shown) {
        return Err(without_terminal(args));
    }
    if args.appearance.plain {
        return plain::setup(args).await;
    }
    if look::is_dumb() {
        let problem = Problem::new("dumb-terminal", "this terminal (`TERM`) cannot show a full screen");
        return Err(vec![problem.hint("`hubwright setup --plain` asks the same questions line by line")]);
    }
    ui::show(args).await
}

/// Nobody can be asked: everything that is missing is named, with the flag that says it.
fn without_terminal(args: &Setup) -> Vec<Problem> {
    let nobody = Problem::new("no-terminal", "there is no terminal, so nobody can be asked");
    match answering::complete(&args.answering, &args.place) {
        Ok(_) => {
            let presets = args.answering.presets.join(" ");
            vec![
                nobody.hint(format!("nothing is missing: `hubwright install --yes {presets}` installs without asking")),
            ]
        }
        Err(mut missing) => {
            let how = "say everything in presets, `HUBWRIGHT_…` variables or `--set`, then `hubwright install --yes`";
            missing.insert(0, nobody.hint(how));
            missing
        }
    }
}
