// SPDX-License-Identifier: GPL-2.0-or-later
// Connections of the HTTP client that wait, under a name, for their next request.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "bridge/tls_client.h"

namespace bridge {

/// They are not watched: whether the peer has closed one is seen when it is taken.
class KeptConnections {
 public:
  struct Connection {
    int socket = -1;
    std::unique_ptr<TlsSession> tls;  ///< With https.
  };

  KeptConnections() = default;
  ~KeptConnections();
  KeptConnections(const KeptConnections&) = delete;
  KeptConnections& operator=(const KeptConnections&) = delete;

  /// Takes over a connection to `place` that nothing is read from or written to. One of the same name is closed.
  void keep(const std::string& name, std::string place, Connection&& connection);
  /// Hands over the connection of that name if it leads to `place` and is open as far as can be seen; otherwise closes
  /// it.
  std::optional<Connection> take(const std::string& name, const std::string& place);
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    std::string place;
    Connection connection;
  };
  static void close(Connection& connection);

  std::unordered_map<std::string, Kept> kept_;
};

}  // namespace bridge
