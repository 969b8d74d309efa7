// SPDX-License-Identifier: GPL-2.0-or-later
// Files that hold secrets, and who else may read or change them (C9).
#pragma once

#include <string>
#include <vector>

namespace bridge {

/// The first line's text without its end, as editors leave it. Throws BadConfiguration.
std::string readSecret(const std::string& path);

/// What the operator should change about the file or directory, one sentence each: that everybody may read it, that its
/// group may change it. Throws BadConfiguration where everybody may change it, for then its content may be anybody's.
/// What is not there is not judged.
std::vector<std::string> secretFileWarnings(const std::string& path);

}  // namespace bridge
