//! What a handler asks for: who is signed in, and the small form of somebody who proved it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::page::Page;
use super::problem::Problem;
use super::session::{Actor, Editor, PROOF, editor};
use super::sign_in_form::ask;
use super::state::Desk;

/// Bytes of a form that carries no file.
pub const SMALL_FORM: usize = 64 * 1024;

impl<S: Send + Sync> FromRequestParts<S> for Editor
where
    Arc<Desk>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let desk = Arc::<Desk>::from_ref(state);
        match editor(&desk, &parts.headers).await {
            Ok(Some(editor)) => Ok(editor),
            Ok(None) => Err(stranger(&desk, &parts.method, &parts.uri, &parts.headers)),
            Err(problem) => Err(Page::new(&desk, &parts.uri, &parts.headers).problem(&problem)),
        }
    }
}

/// To somebody who is not signed in: the form, on which one lands where one wanted. What was posted is not done.
fn stranger(desk: &Arc<Desk>, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    let page = Page::new(desk, uri, headers);
    if method.is_safe() {
        return ask(&page);
    }
    page.problem(&Problem::SignedOut)
}

/// An urlencoded form of somebody signed in, its token proven.
pub struct Act<F> {
    /// Who did it.
    pub actor: Actor,
    /// What the form says, beside the token.
    pub form: F,
}

/// A form of nothing but its token.
#[derive(Deserialize)]
pub struct Nothing {}

impl<S: Send + Sync, F: DeserializeOwned> FromRequest<S> for Act<F>
where
    Arc<Desk>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let desk = Arc::<Desk>::from_ref(state);
        let (parts, body) = request.into_parts();
        let page = || Page::new(&desk, &parts.uri, &parts.headers);
        let refused = |problem| page().problem(&problem);
        // The body may take its time, and the session may end meanwhile: it is looked at last.
        // It may hold a message, of which percent-encoding makes three of each byte.
        let most = SMALL_FORM + 12 * desk.dropbox.limits().message;
        let body = axum::body::to_bytes(body, most).await;
        let body = body.map_err(|_| refused(Problem::Form))?;
        let seen = editor(&desk, &parts.headers).await.map_err(refused)?;
        let fields: HashMap<String, String> = parse(&parts, &body).await.map_err(refused)?;
        // What was written by hand is shown with the reason, to be copied.
        let kept = || fields.get("message").cloned().unwrap_or_default();
        let Some(seen) = seen else {
            return Err(page().keeping(kept()).problem(&Problem::SignedOut));
        };
        let proof = fields.get(PROOF).map(String::as_str).unwrap_or_default();
        let Some(actor) = seen.prove(proof) else {
            return Err(page().of(&seen).keeping(kept()).problem(&Problem::OtherSession));
        };
        let form = parse(&parts, &body).await.map_err(refused)?;
        Ok(Self { actor, form })
    }
}

async fn parse<F: DeserializeOwned>(parts: &Parts, body: &Bytes) -> Result<F, Problem> {
    let mut request = Request::new(Body::from(body.clone()));
    *request.method_mut() = Method::POST;
    request.headers_mut().clone_from(&parts.headers);
    let form = axum::Form::from_request(request, &()).await;
    form.map(|axum::Form(form)| form).map_err(|_| Problem::Form)
}
