//! What is answered, and what is refused.

use std::net::TcpListener;

use crate::place;
use crate::server::{Running, Server};

fn server() -> (crate::Place, Server) {
    let place = place();
    let server = Server::start(&place);
    (place, server)
}

#[test]
fn the_site_is_served_with_what_a_server_should_say() {
    let (_place, server) = server();
    let front = server.get("/");
    assert_eq!(front.status, 200);
    for said in [
        "content-type: text/html; charset=utf-8",
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
        "cache-control: no-store",
    ] {
        assert!(front.head.contains(said), "{said}: {}", front.head);
    }
    assert!(!front.head.contains("access-control"), "{}", front.head);
    assert!(front.body.contains("src=\"/assets/policygen-live.js\""));
    assert!(server.page("/privacy/versions.json").contains("\"uid\""));
    let source = server.get("/privacy/2024-01-01/source.md");
    assert!(source.head.contains("content-type: text/plain"));
    let style = front.body.split("href=\"assets/").nth(1).unwrap();
    let style = server.get(&format!("/assets/{}", style.split('"').next().unwrap()));
    assert!(style.head.contains("content-type: text/css"));
    assert_eq!(server.get("/assets/policygen-live.js").status, 200);
}

#[test]
fn nothing_is_written() {
    let (place, server) = server();
    server.page("/privacy/");
    assert!(!place.output().exists() && !place.repo().join("public").exists());
}

#[test]
fn a_folder_without_its_slash_leads_to_its_page() {
    let (_place, server) = server();
    let answer = server.get("/privacy");
    assert_eq!(answer.status, 308);
    assert!(
        answer.head.contains("location: /privacy/\r\n"),
        "{}",
        answer.head
    );
    assert_eq!(server.get("/index.html").status, 200);
}

#[test]
fn what_is_not_there_has_the_page_of_the_site() {
    let (_place, server) = server();
    let answer = server.get("/privacy/9.9/");
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("<base href=\"/\">") && answer.body.contains("policygen-live.js"));
}

#[test]
fn no_page_leads_to_where_the_site_will_stand() {
    let place = place();
    let server = Server::with(&place, &["--base-url", "https://acme.example/legal/"]);
    for target in ["/privacy/9.9/", "/changes/"] {
        let page = server.get(target).body;
        assert!(
            !page.contains("href=\"https://acme.example/legal/assets"),
            "{page}"
        );
    }
}

#[test]
fn files_of_the_repository_are_no_routes() {
    let (_place, server) = server();
    for path in [
        "/privacy.md",
        "/.git/config",
        "/.git/HEAD",
        "/policygen.toml",
        "/etc/passwd",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_path_with_dots_is_refused() {
    let (_place, server) = server();
    for path in ["/../", "/privacy/../../etc/passwd", "/privacy/.."] {
        assert_eq!(server.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_path_with_encoded_dots_is_refused() {
    let (_place, server) = server();
    for path in ["/%2e%2e%2f", "/%2e%2e/", "/privacy/%2E%2E%2Fetc%2fpasswd"] {
        assert_eq!(server.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_path_with_a_backslash_is_refused() {
    let (_place, server) = server();
    for path in ["/..%5c", "/privacy%5c..%5c"] {
        assert_eq!(server.get(path).status, 400, "{path}");
    }
}

#[test]
fn a_path_with_two_slashes_is_refused() {
    let (_place, server) = server();
    for path in ["//", "//evil.example/", "/privacy//", "/%2fetc/passwd"] {
        assert_eq!(server.get(path).status, 400, "{path}");
    }
}

#[test]
fn an_absolute_uri_is_refused() {
    let (_place, server) = server();
    for target in [
        "http://localhost/",
        "http://evil.example/",
        "https://localhost/privacy/",
    ] {
        assert_eq!(server.get(target).status, 400, "{target}");
    }
}

#[test]
fn a_nul_is_refused() {
    let (_place, server) = server();
    assert_eq!(server.get("/%00").status, 400);
    assert_eq!(server.get("/privacy/%00.md").status, 400);
    assert_eq!(
        server
            .raw(b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .status,
        400
    );
}

#[test]
fn a_foreign_host_is_refused() {
    let (_place, server) = server();
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
    ] {
        for path in ["/", "/assets/policygen-live"] {
            let answer = server.ask("GET", path, &[&format!("Host: {host}")]);
            assert_eq!(answer.status, 403, "{host}");
            assert!(!answer.body.contains("Privacy"));
        }
    }
    let two = ["Host: localhost", "Host: evil.example"];
    assert_eq!(server.ask("GET", "/", &two).status, 400);
    assert_eq!(server.raw(b"GET / HTTP/1.0\r\n\r\n").status, 400);
}

#[test]
fn hosts_of_this_machine_are_answered_and_those_that_are_allowed() {
    let place = place();
    let server = Server::with(&place, &["--allow-host", "preview.example"]);
    for host in [
        "localhost",
        "127.0.0.1:1",
        "[::1]:4747",
        "preview.example:8443",
    ] {
        let answer = server.ask("GET", "/", &[&format!("Host: {host}")]);
        assert_eq!(answer.status, 200, "{host}");
    }
}

#[test]
fn a_foreign_origin_hears_nothing() {
    let (_place, server) = server();
    for origin in ["http://evil.example", "https://evil.example:4747", "null"] {
        let line = format!("Origin: {origin}");
        let answer = server.ask("GET", "/assets/policygen-live", &[&line]);
        assert_eq!(answer.status, 403, "{origin}");
        assert!(!answer.head.contains("access-control"));
    }
}

#[test]
fn only_get_and_head_are_answered() {
    let (_place, server) = server();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"] {
        let answer = server.ask(method, "/", &[]);
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.head.contains("allow: get, head"));
    }
    let head = server.ask("HEAD", "/privacy/", &[]);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert!(head.head.contains("content-length: "));
}

#[test]
fn a_port_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut running = Running::start(&place(), &["serve", "--port", &port]);
    let (code, said) = running.ends();
    assert_eq!(code, Some(1));
    let told = format!("error: `127.0.0.1:{port}`: is in use by another program");
    assert!(said.contains(&told) && said.contains("--port 0"), "{said}");
}

#[test]
fn a_hundred_idle_tabs_keep_nobody_waiting() {
    let (place, server) = server();
    let mut tabs: Vec<_> = (0..100).map(|_| server.events()).collect();
    let before: Vec<_> = tabs.iter_mut().map(|tab| tab.next()).collect();
    place.write("privacy.md", crate::privacy("ninety"));
    for (tab, before) in tabs.iter_mut().zip(before) {
        assert_ne!(tab.next()["number"], before["number"]);
    }
    server.shows("/privacy/draft/", "ninety");
}

#[test]
fn another_server_of_this_machine_hears_nothing() {
    let (_place, server) = server();
    for origin in ["http://localhost:1", "http://127.0.0.1"] {
        let line = format!("Origin: {origin}");
        let answer = server.ask("GET", "/assets/policygen-live", &[&line]);
        assert_eq!(answer.status, 403, "{origin}");
    }
}

#[test]
fn the_address_that_is_told_is_answered() {
    let place = place();
    let server = Server::with(&place, &["--host", "0.0.0.0"]);
    assert_eq!(server.get("/").status, 200);
    assert!(server.running.said().contains("serving http://localhost:"));
    assert_eq!(server.ask("GET", "/", &["Host: 0.0.0.0"]).status, 403);
}
