// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of the database as numbered migrations.
#pragma once

#include <string>
#include <vector>

namespace bridge {

/// Migration n leads from schema n-1 to schema n; schema 0 is an empty file.
using Migrations = std::vector<std::string>;
const Migrations& migrations();

/// In the header of every database of ours.
constexpr int applicationId = 0x4f435347;  // "OCSG"

}  // namespace bridge
