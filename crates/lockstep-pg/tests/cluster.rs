//! Throwaway servers come up, and nothing of them stays.

mod common;

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lockstep_pg::Cluster;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};

fn is_alive(process: i32) -> bool {
    kill(Pid::from_raw(process), None).is_ok()
}

fn within_seconds(limit: u64, condition: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(limit);
    while !condition() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    true
}

#[test]
fn a_server_answers_and_leaves_neither_process_nor_folder() {
    if common::cluster().is_none() {
        return;
    }
    let cluster = Cluster::find_and_start(None, None).unwrap();
    let major: String =
        cluster.database("postgres").connect().unwrap().query_one("SHOW server_version", &[]).unwrap().get(0);
    assert!(major.starts_with(&cluster.binaries().major.to_string()), "{major}");
    let (folder, process) = (cluster.path().to_owned(), cluster.process().unwrap() as i32);
    assert!(folder.exists() && is_alive(process));
    drop(cluster);
    assert!(!folder.exists() && !is_alive(process));
}

#[test]
fn the_server_is_not_run_as_root() {
    let Some(cluster) = common::cluster() else { return };
    let owner = std::fs::metadata(cluster.path().join("data")).unwrap().uid();
    assert_ne!(owner, 0);
    if !geteuid().is_root() {
        assert_eq!(owner, geteuid().as_raw());
    }
}

#[test]
fn only_a_private_socket_listens() {
    let Some(cluster) = common::cluster() else { return };
    let mut client = cluster.database("postgres").connect().unwrap();
    let addresses: String = client.query_one("SHOW listen_addresses", &[]).unwrap().get(0);
    assert_eq!(addresses, "");
    assert_eq!(std::fs::metadata(cluster.path()).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn a_panic_removes_the_server() {
    if common::cluster().is_none() {
        return;
    }
    let folder = std::panic::catch_unwind(|| {
        let cluster = Cluster::find_and_start(None, None).unwrap();
        std::panic::panic_any(cluster.path().to_owned());
    })
    .unwrap_err()
    .downcast::<PathBuf>()
    .unwrap();
    assert!(!folder.exists());
}

/// The example program, with its server's process number and folder.
fn program_with_a_server() -> (Child, i32, PathBuf) {
    let examples = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples");
    let mut child = Command::new(examples.join("throwaway"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (process, folder) = line.trim().split_once(' ').unwrap();
    (child, process.parse().unwrap(), Path::new(folder).to_owned())
}

#[test]
fn ctrl_c_a_termination_and_even_a_kill_remove_the_server() {
    if common::cluster().is_none() {
        return;
    }
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
        let (mut child, server, folder) = program_with_a_server();
        assert!(is_alive(server) && folder.exists());
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        child.wait().unwrap();
        assert!(within_seconds(20, || !folder.exists()), "{signal} leaves {}", folder.display());
        assert!(within_seconds(5, || !is_alive(server)), "{signal} leaves process {server}");
    }
}

#[test]
fn the_end_of_the_program_removes_the_server() {
    if common::cluster().is_none() {
        return;
    }
    let (mut child, server, folder) = program_with_a_server();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(!folder.exists() && !is_alive(server));
}
