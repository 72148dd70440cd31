//! What the documents promise: every command in the README exists, every link leads to a file.
//! Not what the commands do: other tests play them.

use std::path::Path;
use std::process::Command;

use liasse_e2e::sources::{files, name};
use liasse_e2e::{bin, finish, root};

const PROGRAMS: &[&str] = &["liasse", "liassectl", "liasse-caisse", "liasse-cartes"];

/// The commands of ours in the fenced blocks of a page: the program, and the words that choose what it does (up to the
/// first one that is an option, a value or a path).
fn commands(page: &str) -> Vec<(String, Vec<String>)> {
    let blocks =
        page.split("\n```").skip(1).step_by(2).map(|block| block.split_once('\n').map_or("", |(_, text)| text));
    blocks
        .flat_map(str::lines)
        .filter_map(|line| {
            let line = line.trim_start().trim_start_matches("$ ");
            let mut words = line.split_whitespace();
            let program = match (words.next()?, words.clone().next()) {
                ("cargo", Some("xtask")) => words.next().map(|_| "xtask")?,
                (program, _) if PROGRAMS.contains(&program) => program,
                _ => return None,
            };
            let is_choice = |word: &&str| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
            let choices = words.take_while(|word| is_choice(word) && !word.starts_with('-'));
            Some((program.to_owned(), choices.map(str::to_owned).collect()))
        })
        .collect()
}

#[test]
fn commands_are_found_in_fenced_blocks_only() {
    let page = "`liassectl nothing`\n\n```sh\n# a comment\ncargo xtask run --headless\n$ liassectl lot seal --dry-run\nls\n```\ncargo xtask no\n";
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        commands(page),
        [("xtask".to_owned(), words(&["run"])), ("liassectl".to_owned(), words(&["lot", "seal"]))]
    );
}

#[test]
fn every_command_of_the_readme_exists() {
    let page = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let commands = commands(&page);
    assert!(commands.contains(&("xtask".to_owned(), vec!["run".to_owned()])), "the first command of all");
    for (program, choices) in commands {
        let help = finish(Command::new(bin(&program)).args(&choices).arg("--help"), b"").success();
        assert!(help.stdout.len() > 20, "{} says nothing", help.call);
    }
}

/// The targets of `[text](target)` that lie in the repository, without anchors.
fn links(page: &str) -> Vec<&str> {
    page.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target.split('#').next().unwrap_or_default()))
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .collect()
}

#[test]
fn every_link_leads_to_a_file() {
    let mut broken = Vec::new();
    for page in [files("docs", "md"), vec![root().join("README.md")]].concat() {
        let text = std::fs::read_to_string(&page).expect("a page");
        for target in links(&text) {
            if !page.parent().is_some_and(|folder: &Path| folder.join(target).exists()) {
                broken.push(format!("{}: {target}", name(&page)));
            }
        }
    }
    assert_eq!(broken, [] as [String; 0]);
}
