// SPDX-License-Identifier: GPL-2.0-or-later
// The element names of a message and their order, by which misspelt and misplaced ones are recognised.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "ocpp/version.h"
#include "ocpp_s/guard.h"

namespace ocpp_s {

/// The word that `version` has for an element of the message when `local` is that word in any case, or another
/// version's word for it (QUIRKS X15). "" when the message has no such element.
std::string_view canonicalName(ocpp::Version version, std::size_t action, ocpp::Half half, std::string_view local);

/// True when the message has no elements in any version.
bool hasNoElements(std::size_t action, ocpp::Half half);

/// The first element inside the wrapper (the first child of Body) that comes later than the contract has it (G-5);
/// "" when there is none. Elements that the contract does not have are passed over.
std::string_view misplacedElement(const std::vector<Tag>& tags, ocpp::Version version, std::size_t action,
                                  ocpp::Half half);

}  // namespace ocpp_s
