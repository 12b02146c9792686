//! A server of files for this machine alone.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Result, anyhow};

/// How many ports after the wanted one are tried.
const TRIES: u16 = 20;

/// Longer requests are none that a browser makes for a file.
const MAX_HEAD_BYTES: u64 = 32 << 10;

/// A connection that says nothing is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves `folder` in the background, on `port` or the next free one; 0 takes any.
///
/// A thread a connection and one answer a connection: no request can wait behind an idle one.
pub(crate) fn start(folder: &Path, port: u16) -> Result<SocketAddr> {
    let listener = listen(port)?;
    let address = listener.local_addr()?;
    let folder = folder.to_path_buf();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            thread::spawn(move || {
                // A browser that goes away meanwhile is no news.
                let _ = answer(stream, &folder);
            });
        }
    });
    Ok(address)
}

fn listen(port: u16) -> Result<TcpListener> {
    let mut last = None;
    for port in port..=port.saturating_add(if port == 0 { 0 } else { TRIES }) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    let reason = last.map_or_else(String::new, |error| error.to_string());
    Err(anyhow!("no port from {port} on is free on 127.0.0.1 ({reason}): choose another with --port"))
}

fn answer(mut stream: TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.try_clone()?.take(MAX_HEAD_BYTES));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        line.clear();
    }
    let mut words = request.split_ascii_whitespace();
    let (method, url) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    if !matches!(method, "GET" | "HEAD") {
        return refuse(&mut stream, "405 Method Not Allowed", "GET and HEAD only\n");
    }
    let found = locate(folder, url).and_then(|path| File::open(&path).ok().map(|file| (path, file)));
    let Some((path, mut file)) = found else {
        return refuse(&mut stream, "404 Not Found", "not found\n");
    };
    let length = file.metadata()?.len();
    // Pages of other origins may load the embed script, as from the published site.
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {}\r\ncontent-length: {length}\r\ncache-control: no-cache\r\n\
         x-content-type-options: nosniff\r\naccess-control-allow-origin: *\r\nconnection: close\r\n\r\n",
        media_type(&path)
    )?;
    if method == "GET" {
        io::copy(&mut file, &mut stream)?;
    }
    stream.flush()
}

fn refuse(stream: &mut TcpStream, status: &str, text: &str) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{text}",
        text.len()
    )
}

/// The file that a request's path names, if it lies in `folder`: no `..`, and no symbolic link that leads out.
fn locate(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = decode(url.split(['?', '#']).next()?)?;
    let relative = Path::new(path.trim_start_matches('/'));
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let mut file = fs::canonicalize(folder.join(relative)).ok()?;
    if file.is_dir() {
        file = fs::canonicalize(file.join("index.html")).ok()?;
    }
    (file.starts_with(fs::canonicalize(folder).ok()?) && file.is_file()).then_some(file)
}

/// Percent-decoding; `None` where the result is no text, or holds what no file name holds.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok().filter(|path| !path.contains(['\0', '\\']))
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("md" | "sql" | "ts" | "txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
    }

    #[test]
    fn files_inside_the_folder_are_found() {
        assert!(locate(&folder(), "/serve.rs?embed=1").is_some_and(|path| path.ends_with("serve.rs")));
        assert!(locate(&folder(), "/ser%76e.rs").is_some());
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        for url in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/..%2fCargo.toml",
            "//etc/passwd",
            "/..\\Cargo.toml",
            "/%",
            "/a%00",
        ] {
            assert_eq!(locate(&folder(), url), None, "{url}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_not_followed() {
        let inside = std::env::temp_dir().join(format!("xtask-serve-{}", std::process::id()));
        fs::create_dir_all(&inside).expect("a folder");
        std::os::unix::fs::symlink(folder().join("serve.rs"), inside.join("out")).expect("a link");
        assert_eq!(locate(&inside, "/out"), None);
        fs::remove_dir_all(inside).expect("removal");
    }

    #[test]
    fn a_taken_port_gives_way_to_the_next() {
        let first = start(&folder(), 0).expect("any port");
        let second = start(&folder(), first.port()).expect("the next port");
        assert!(second.port() > first.port());
    }

    /// The whole answer to one request.
    fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).expect("the server listens");
        stream.write_all(request.as_bytes()).expect("the request is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer comes");
        answer
    }

    #[test]
    fn many_requests_beside_idle_connections_are_answered() {
        let address = start(&folder(), 0).expect("a port is free");
        let idle: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(address).expect("it listens")).collect();
        for _ in 0..50 {
            let answer = ask(address, "GET /serve.rs HTTP/1.1\r\nhost: x\r\n\r\n");
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{}", &answer[..40]);
            assert!(answer.ends_with(&fs::read_to_string(folder().join("serve.rs")).expect("this file is there")));
        }
        drop(idle);
    }

    #[test]
    fn other_methods_and_other_files_are_refused() {
        let address = start(&folder(), 0).expect("a port is free");
        assert!(ask(address, "POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        assert!(ask(address, "GET /nothing.js HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        let head = ask(address, "HEAD /serve.rs HTTP/1.1\r\n\r\n");
        assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"));
    }
}
