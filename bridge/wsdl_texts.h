// SPDX-License-Identifier: GPL-2.0-or-later
// The service contracts the program was built from, as text; generated into build/gen/wsdl_texts.cpp.
#pragma once

#include <string_view>

namespace bridge {

/// Order: 1.2 central system, 1.2 charge point, 1.5 central system, 1.5 charge point, 1.6 central system, 1.6 charge
/// point.
extern const std::string_view wsdlTexts[6];

}  // namespace bridge
