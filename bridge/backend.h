// SPDX-License-Identifier: GPL-2.0-or-later
// Backend: where one charger's back-end is, and who the charger is there (TX-14).
#pragma once

#include <optional>
#include <string>

namespace bridge {

struct Backend {
  std::string url;           ///< As it is dialled, without the identity; "" = the embedded one.
  std::string identity;      ///< The charger's name there (AU-4).
  std::string password;      ///< For Basic auth; "" = none. Never log it.
  std::string passwordFile;  ///< Where it was read from, as is the next; both "": it stood in the chargers file.
  std::string passwordEnv;

  /// The back-end of all its chargers, for outages.
  std::string place() const;
  /// backendName(): the same name, the same back-end.
  std::string name() const;
  /// Nothing that a connection depends on differs.
  bool dialledAs(const Backend& other) const;
};

/// As JSON, for ChargerRow::lastSettings. A password that was read from a file or variable is not in it. Never log it.
std::string writeBackend(const Backend& backend);
/// Reads the file or variable again; without it there is no password, and `problem` says so. Nothing for other text.
std::optional<Backend> readBackend(const std::string& json, std::string& problem);
/// What its name alone tells: address and identity.
Backend backendNamed(const std::string& name);

}  // namespace bridge
