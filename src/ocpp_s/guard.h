// SPDX-License-Identifier: GPL-2.0-or-later
// The scan before any XML parser: refuses in linear time what parsers handle slowly, silently or not at all (G-8).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace ocpp_s {

struct GuardLimits {
  static constexpr std::size_t deepest = 64;  ///< `depth` cannot be more.

  std::size_t bytes = 1 << 20;
  std::size_t depth = 32;
  std::size_t attributes =
      64;  ///< Of one element, declarations of namespaces included; parsers compare each with each.
  std::size_t openAttributes =
      128;  ///< Of an element and all around it: where parsers look for the meaning of a prefix.
  std::size_t elements = 16384;
  std::size_t tagBytes = 16384;  ///< Of one tag with its attributes.
};

/// A start tag that the scan passed; a view into the document.
struct Tag {
  std::string_view name;  ///< Qualified.
  std::size_t depth = 0;  ///< 0 = the root.
};

struct Guarded {
  const char* refusal = nullptr;  ///< Why the document is refused; nullptr = pass it on.
  bool plain = false;             ///< Texts need no check for characters: all UTF-8, and no character references.
  bool padded = false;            ///< White space stands before the XML declaration (QUIRKS X3).
  bool nil = false;               ///< Some element has an attribute `nil`.
  bool tooMuch = false;           ///< Refused only for a limit: of bytes, elements, attributes, depth or a tag.
};

/// Refuses: what does not begin with `<` (HTTP, MIME, JSON), NUL (also as reference), DTD, encodings other than UTF-8
/// and Latin-1, tags that do not match, more than one root or Body or Header, text behind the root, and documents
/// beyond the limits. Everything else is for the parser to judge.
/// The first few thousand start tags go to `tags`.
Guarded guard(std::string_view document, const GuardLimits& limits = {}, std::vector<Tag>* tags = nullptr);

}  // namespace ocpp_s
