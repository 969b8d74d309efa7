// SPDX-License-Identifier: GPL-2.0-or-later
// What a charger's request is answered by the rules, and what it changes in the book.
#pragma once

#include <string>

#include "ocpp/messages.h"
#include "ocpp/version.h"
#include "tests/tools/cs/book.h"
#include "tests/tools/cs/rules.h"

namespace cs {

/// `request` is one of the messages of charge points.
ocpp::Response answer(const Rules& rules, Book& book, const std::string& charger, ocpp::Version version,
                      const ocpp::Request& request, ocpp::Instant now);

}  // namespace cs
