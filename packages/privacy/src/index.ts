export { findPrivate, type PrivateKind, PRIVATE_KINDS, type PrivateSpan } from './find-private.js'
export { maskScored } from './mask-scored.js'
export { PrivacyOptions } from './privacy-options.js'
