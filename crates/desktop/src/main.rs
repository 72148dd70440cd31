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
        tracing::error!("no folder for data: give --data");
        return ExitCode::from(2);
    };
    let start = app::Start { root, demo: arguments.demo, dark: arguments.dark, zoom: arguments.zoom };
    match app::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the window could not open: {error}");
            ExitCode::from(3)
        }
    }
}
