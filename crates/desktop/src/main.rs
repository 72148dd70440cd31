//! `liasse`: the window of the workstation. `--demo` opens the demonstration, `--data DIR` says where its data lies.
//! Not where rules live: screens show what `liasse-core` decides.

mod app;
mod arguments;
mod ask;
mod opening;
mod printed;
mod screen;
mod text;
mod theme;
mod widget;

use std::process::ExitCode;

use liasse_domain::{Code, Coded, Report};

/// A device is missing: no screen.
const NO_SCREEN: u8 = 3;
/// Our bug.
const BUG: u8 = 70;

fn main() -> ExitCode {
    // Before anything can hold a code.
    let no_dumps = liasse_core::privacy::no_core_dumps();
    let arguments = match arguments::read() {
        Ok(arguments::Call::Run(arguments)) => arguments,
        Ok(arguments::Call::Help(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return failed(&error.report(), error.exit_code()),
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("liasse=info,liasse_core=info,liasse_post=info"))
        .with_writer(std::io::stderr)
        .init();
    if !no_dumps {
        tracing::warn!("this system keeps core dumps on");
    }
    let folder = |name| arguments.data.clone().or_else(|| liasse_core::data_dir::default_root(name));
    let (Some(root), Some(demo_root)) = (folder("liasse"), folder("liasse-demo")) else {
        return failed(&Report::new(Code("system.sans_dossier"), &[]), 2);
    };
    #[cfg(feature = "bench")]
    if let Some(rounds) = arguments.bench_frames {
        app::frames::measure(&demo_root, rounds);
        return ExitCode::SUCCESS;
    }
    if !has_display() {
        return failed(&Report::new(Code("system.sans_ecran"), &[]), NO_SCREEN);
    }
    let asked = app::Asked { dark: arguments.dark, zoom: arguments.zoom };
    let zoom = arguments.zoom.unwrap_or(100);
    let means = opening::Means::of_this_computer();
    let start = app::Start { root, demo_root, demo: arguments.demo, means, dark: arguments.dark, zoom, asked };
    // What a panic leaves of it is looked at by nobody.
    let run = std::panic::AssertUnwindSafe(|| app::run(start));
    match std::panic::catch_unwind(run) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            tracing::error!("the window could not open: {error}");
            failed(&Report::new(Code("system.sans_ecran"), &[]), NO_SCREEN)
        }
        Err(_) => failed(&Report::new(Code("system.erreur_interne"), &[("place", "liasse".to_owned())]), BUG),
    }
}

/// Whether a window can be shown anywhere; elsewhere than on X11 and Wayland the system always has a screen.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// `code: sentence` on standard error, and the exit code.
fn failed(report: &Report, exit: u8) -> ExitCode {
    eprintln!("{report}");
    ExitCode::from(exit)
}
