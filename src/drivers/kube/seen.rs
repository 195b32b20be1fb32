//! Lets kube watch the slim types of `health::objects`, which must not know kube. Must not know any kind by name.
use std::borrow::Cow;

use kube::core::{DynamicResourceScope, ObjectMeta, Resource};
use serde::Deserialize;

use crate::health::objects::Watched;

/// A slim object with what kube wants to know of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "W", bound = "W: Watched")]
pub struct Seen<W> {
    /// The object.
    pub object: W,
    meta: ObjectMeta,
}

impl<W: Watched> From<W> for Seen<W> {
    fn from(mut object: W) -> Self {
        let version = std::mem::take(&mut object.metadata_mut().resource_version);
        let name = Some(object.name().to_owned());
        let meta = ObjectMeta { name, resource_version: Some(version.into()), ..ObjectMeta::default() };
        Self { object, meta }
    }
}

impl<W: Watched> Resource for Seen<W> {
    type DynamicType = ();
    type Scope = DynamicResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        W::KIND.kind.into()
    }

    fn group((): &()) -> Cow<'_, str> {
        W::KIND.group.into()
    }

    fn version((): &()) -> Cow<'_, str> {
        W::KIND.version.into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        W::KIND.plural.into()
    }

    fn metadata_api() -> bool {
        W::KIND.metadata_only
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}
