//! Lets kube watch the slim types of `health::objects`, which must not know kube. Must not know any kind by name.
use std::borrow::Cow;

use kube::core::{DynamicResourceScope, ObjectMeta, Resource};
use serde::{Deserialize, de::DeserializeOwned};

use crate::health::objects::Watched;

/// A slim object, as kube wants it.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent, bound = "W: DeserializeOwned")]
pub struct Seen<W>(pub W);

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
        self.0.metadata()
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        self.0.metadata_mut()
    }
}
