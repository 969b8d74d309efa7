// SPDX-License-Identifier: GPL-2.0-or-later
// Rewrites a body element into the exact words, shape and namespace of its version, noting what was changed.
#pragma once

#include <pugixml.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "ocpp/version.h"
#include "ocpp_s/quirks.h"

namespace ocpp_s {

/// What the body element is, once that is known.
struct BodyKind {
  ocpp::Version version{};
  std::size_t action = 0;
  ocpp::Half half = ocpp::Half::Request;
};

/// Appends the element `wrapper` as `<name xmlns="ns">...</name>`: children by local name in any case and namespace,
/// nil elements left out (L-12), meter values of any version's shape in the shape of this one (QUIRKS P6), markup
/// inside DataTransfer.data as text (QUIRKS X12).
void rewriteBody(std::string& out, const pugi::xml_node& wrapper, std::string_view ns, const BodyKind& kind,
                 Notes& notes);

}  // namespace ocpp_s
