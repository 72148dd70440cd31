//! `liasse`: the window of the workstation. `--demo` opens the demonstration, `--data DIR` says where its data lies.
//! Not where rules live: screens show what `liasse-core` decides.

mod app;
mod ask;
mod screen;
mod text;
mod theme;
mod widget;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use liasse_domain::{Code, Report};

/// Poste de facturation SESAM-Vitale, démonstration : cartes et caisse simulées, personnes inventées.
#[derive(Parser)]
#[command(name = "liasse", version)]
struct Arguments {
    /// Ouvre la démonstration.
    #[arg(long)]
    demo: bool,
    /// Dossier des données ; sinon LIASSE_DATA, sinon le dossier habituel.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Commence en thème sombre.
    #[arg(long)]
    dark: bool,
    /// Agrandissement de tout l'écran, en pour cent.
    #[arg(long, value_name = "POURCENT", default_value_t = 100, value_parser = clap::value_parser!(u16).range(100..=200))]
    zoom: u16,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("liasse=info,liasse_core=info,liasse_post=info"))
        .with_writer(std::io::stderr)
        .init();
    let Some(root) = arguments.data.or_else(|| liasse_core::data_dir::default_root("liasse-demo")) else {
        return failed(&Report::new(Code("system.sans_dossier"), &[]), 2);
    };
    if !has_display() {
        tracing::error!("no display: DISPLAY and WAYLAND_DISPLAY are not set");
        return failed(&Report::new(Code("system.sans_ecran"), &[]), 3);
    }
    let start = app::Start { root, demo: arguments.demo, dark: arguments.dark, zoom: arguments.zoom };
    match std::panic::catch_unwind(|| app::run(start)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            tracing::error!("the window could not open: {error}");
            failed(&Report::new(Code("system.sans_ecran"), &[]), 3)
        }
        Err(_) => failed(&Report::new(Code("system.erreur_interne"), &[("place", "liasse".to_owned())]), 70),
    }
}

/// Whether a window can be shown anywhere; elsewhere than on X11 and Wayland the system always has a screen.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// `code: sentence` on standard error, and the exit code.
fn failed(report: &Report, exit: u8) -> ExitCode {
    eprintln!("{}: {} {} {}", report.code, report.message, report.safe, report.action);
    ExitCode::from(exit)
}
