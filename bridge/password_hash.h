// SPDX-License-Identifier: GPL-2.0-or-later
// Passwords that the chargers file holds as hashes of crypt(3), and the thread that computes them (C9).
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace bridge {

class Loop;

/// Why the text is no hash that can be used, or null: only yescrypt and its like and SHA-2 ($y$, $gy$, $7$, $2b$, $6$,
/// $5$).
const char* hashObjection(const std::string& hash);

/// Computes for a tenth of a second and more. Thread-safe.
bool hashMatches(const std::string& hash, const std::string& password);

/// A thread of its own hashes, one password after the other; it starts with the first one. Loop thread only.
class PasswordHasher {
 public:
  using Done = std::function<void(bool right)>;

  explicit PasswordHasher(Loop& loop);
  /// What is not done is dropped, and its `done` with it.
  ~PasswordHasher();
  PasswordHasher(const PasswordHasher&) = delete;
  PasswordHasher& operator=(const PasswordHasher&) = delete;

  /// Calls `done` later, on the loop. False: too much waits already, in all or of that origin; nothing is called.
  bool ask(const std::string& origin, std::string hash, std::string password, Done done);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread, which is left behind in the middle of a hash
};

}  // namespace bridge
