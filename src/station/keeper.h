// SPDX-License-Identifier: GPL-2.0-or-later
// Keeper: how the parts of a station ask for values to be kept; they do not know who executes effects.
#pragma once

#include <string>

namespace station {

class Keeper {
 public:
  virtual ~Keeper() = default;
  virtual void keep(std::string key, std::string value) = 0;
  virtual void forget(std::string key) = 0;
};

}  // namespace station
