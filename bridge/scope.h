// SPDX-License-Identifier: GPL-2.0-or-later
// A flag that says that something is on the stack.
#pragma once

namespace bridge {

/// Sets the flag while it lives: also if what it stands for ends by an exception.
class Scope {
 public:
  explicit Scope(bool& flag) : flag_(flag) { flag_ = true; }
  ~Scope() { flag_ = false; }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  bool& flag_;
};

}  // namespace bridge
