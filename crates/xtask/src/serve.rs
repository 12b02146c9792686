//! A server of files for this machine alone.

use std::{
    fs::{self, File},
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Component, Path, PathBuf},
    sync::Arc,
    thread,
};

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// How many ports after the wanted one are tried.
const TRIES: u16 = 20;
const THREADS: usize = 4;

/// Serves `folder` in the background, on `port` or the next free one; 0 takes any.
pub(crate) fn start(folder: &Path, port: u16) -> Result<SocketAddr> {
    let server = Arc::new(listen(port)?);
    let address = server.server_addr().to_ip().context("the server has no IP address")?;
    for _ in 0..THREADS {
        let (server, folder) = (Arc::clone(&server), folder.to_path_buf());
        thread::spawn(move || {
            for request in server.incoming_requests() {
                // A browser that goes away meanwhile is no news.
                let _ = answer(request, &folder);
            }
        });
    }
    Ok(address)
}

fn listen(port: u16) -> Result<Server> {
    let mut last = None;
    for port in port..=port.saturating_add(if port == 0 { 0 } else { TRIES }) {
        match Server::http((Ipv4Addr::LOCALHOST, port)) {
            Ok(server) => return Ok(server),
            Err(error) => last = Some(error),
        }
    }
    let reason = last.map_or_else(String::new, |error| error.to_string());
    Err(anyhow!("no port from {port} on is free on 127.0.0.1 ({reason}): choose another with --port"))
}

fn answer(request: Request, folder: &Path) -> io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::from_string("GET and HEAD only\n").with_status_code(StatusCode(405)));
    }
    let Some((path, file)) =
        locate(folder, request.url()).and_then(|path| File::open(&path).ok().map(|file| (path, file)))
    else {
        return request.respond(Response::from_string("not found\n").with_status_code(StatusCode(404)));
    };
    let headers = [
        ("content-type", media_type(&path)),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
        // Pages of other origins may load the embed script, as from the published site.
        ("access-control-allow-origin", "*"),
    ];
    let mut response = Response::from_file(file);
    for (name, value) in headers {
        response.add_header(Header::from_bytes(name, value).map_err(|()| io::Error::other("malformed header"))?);
    }
    request.respond(response)
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
}
