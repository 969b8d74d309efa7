// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of the standard input, as they come, on the loop.
#pragma once

#include <ev.h>

#include <functional>
#include <string>

#include "bridge/loop.h"

namespace tool {

/// Calls `line` for each line until the input ends; then it is silent.
class Prompt {
 public:
  Prompt(bridge::Loop& loop, std::function<void(const std::string&)> line);
  ~Prompt();
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;

 private:
  void onReadable(int events);

  bridge::Loop& loop_;
  std::function<void(const std::string&)> line_;
  ev_io watch_{};
  std::string held_;
};

}  // namespace tool
