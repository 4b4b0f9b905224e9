//! From a request to a response.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::net::TcpListener;

use super::live::{Live, Now};
use super::refuse::{self, Hosts, Refusal};
use super::{kinds, reload};
use crate::comparisons::Comparer;
use crate::follow::{Said, Say};
use crate::links::encoded;
use crate::problems::Problems;
use crate::render::content_security_policy;
use crate::site::Site;

/// What requests are answered from.
struct Server {
    live: Arc<Live>,
    hosts: Hosts,
    say: Arc<Say>,
    /// What was said last of pages that cannot be rendered.
    said: Mutex<String>,
}

/// Answers until the process is ended.
pub(super) async fn answer_all(
    listener: TcpListener,
    live: Arc<Live>,
    hosts: Hosts,
    say: Arc<Say>,
) -> Result<()> {
    let server = Arc::new(Server {
        live,
        hosts,
        say,
        said: Mutex::default(),
    });
    let router = Router::new().fallback(answer).with_state(server);
    axum::serve(listener, router).await.context("the server")
}

async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let answered = answered(&server, &parts).await;
    let mut response = answered.unwrap_or_else(refused);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages of other origins may not even show an image of the site.
    let own = HeaderValue::from_static("same-origin");
    headers.insert("cross-origin-resource-policy", own);
    response
}

async fn answered(server: &Arc<Server>, request: &Parts) -> Result<Response, Refusal> {
    refuse::check(
        &request.method,
        &request.uri,
        &request.headers,
        &server.hosts,
    )?;
    let path = refuse::path(&request.uri)?;
    match path.as_str() {
        reload::CHANNEL => {
            refuse::check_origin(&request.headers, &server.hosts)?;
            Ok(reload::channel(server.live.told()))
        }
        reload::SCRIPT_ROUTE => Ok(response(
            StatusCode::OK,
            kinds::of("script.js"),
            reload::SCRIPT.into(),
        )),
        _ => {
            let server = server.clone();
            let rendered = tokio::task::spawn_blocking(move || {
                let fail = |error: &str| server.fail(error);
                rendered(&server.live.now(), &path, &fail)
            })
            .await;
            let failed = (
                StatusCode::INTERNAL_SERVER_ERROR,
                "the page cannot be rendered",
            );
            rendered.map_err(|_| failed)
        }
    }
}

impl Server {
    /// Says why a page cannot be rendered, once in a row.
    fn fail(&self, error: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if *said != error {
            *said = error.to_string();
            (self.say)(Said::Error(said.clone()));
        }
    }
}

/// The response for a path; `fail` is told why there is none.
fn rendered(now: &Now, path: &str, fail: &dyn Fn(&str)) -> Response {
    let Some(site) = &now.site else {
        let page = reload::no_site(now);
        return html(site_less(), StatusCode::INTERNAL_SERVER_ERROR, page);
    };
    let policy = content_security_policy(site.config.content.keep_remote_images);
    match found(site, path) {
        Found::Route(route) => match render(site, &route) {
            Ok(bytes) if route.ends_with(".html") => {
                html(policy, StatusCode::OK, reload::with_script(bytes, now))
            }
            Ok(bytes) => response(StatusCode::OK, kinds::of(&route), bytes.into()),
            Err(error) => {
                let error = format!("{error:#}");
                fail(&error);
                let page = reload::failed(now, &error);
                html(policy, StatusCode::INTERNAL_SERVER_ERROR, page)
            }
        },
        Found::Folder(route) => moved(&route),
        Found::Nothing => not_found(site, now, &policy),
    }
}

/// What a path means.
enum Found {
    Route(String),
    /// The page of a folder, asked for without the `/` at its end.
    Folder(String),
    Nothing,
}

fn found(site: &Site, path: &str) -> Found {
    let routes = &site.plan.routes;
    let is_page = path.is_empty() || path.ends_with('/');
    let page = format!("{path}index.html");
    if is_page && routes.contains_key(&page) {
        return Found::Route(page);
    }
    if routes.contains_key(path) {
        return Found::Route(path.to_string());
    }
    let folder = format!("{path}/");
    match routes.contains_key(&format!("{folder}index.html")) {
        true => Found::Folder(folder),
        false => Found::Nothing,
    }
}

fn render(site: &Site, route: &str) -> Result<Vec<u8>> {
    let page = site
        .plan
        .routes
        .get(route)
        .context("there is no such page")?;
    // Faults of older texts were told when the site was built.
    let problems = Problems::default();
    let texts = site.library.texts();
    let mut comparer = Comparer::new(texts).in_words(site.theme.words());
    site.renderer(&problems).render(route, page, &mut comparer)
}

/// The site's own page, which stands at any depth here.
fn not_found(site: &Site, now: &Now, policy: &str) -> Response {
    let policy = policy.replace("base-uri 'none'", "base-uri 'self'");
    let page = match render(site, "404.html") {
        Ok(page) => {
            let page = at_home(page, site.config.site.base_url.as_deref());
            reload::with_base(reload::with_script(page, now))
        }
        Err(error) => reload::failed(now, &format!("{error:#}")),
    };
    html(policy, StatusCode::NOT_FOUND, page)
}

/// A page whose links lead to the base URL, with links to this server instead.
fn at_home(page: Vec<u8>, base: Option<&str>) -> Vec<u8> {
    match (base, String::from_utf8(page)) {
        (Some(base), Ok(page)) => page.replace(base, "/").into_bytes(),
        (_, Ok(page)) => page.into_bytes(),
        (_, Err(page)) => page.into_bytes(),
    }
}

fn moved(folder: &str) -> Response {
    let mut response = response(StatusCode::PERMANENT_REDIRECT, "text/plain", Body::empty());
    // A route as a URL is ASCII without control characters.
    if let Ok(target) = HeaderValue::from_str(&format!("/{}", encoded(folder))) {
        response.headers_mut().insert(header::LOCATION, target);
    }
    response
}

fn refused((status, why): Refusal) -> Response {
    let mut response = response(status, kinds::of("why.txt"), format!("{why}\n").into());
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

/// What a page may load that is not of the site.
fn site_less() -> String {
    content_security_policy(false)
}

fn html(policy: String, status: StatusCode, page: Vec<u8>) -> Response {
    let mut response = response(status, kinds::of("page.html"), page.into());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        let name = header::CONTENT_SECURITY_POLICY;
        response.headers_mut().insert(name, policy);
    }
    response
}

fn response(status: StatusCode, kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
