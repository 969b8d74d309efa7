// SPDX-License-Identifier: GPL-2.0-or-later
// A map of sockets; a look into one tells whether it is closed.
#include "bridge/kept_connections.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace bridge {

namespace {

// Bytes that nobody asked for are no answer; under TLS they may be tickets for later sessions.
bool looksOpen(const KeptConnections::Connection& connection) {
  char byte = 0;
  const ssize_t n = ::recv(connection.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n > 0 ? connection.tls != nullptr : n < 0 && errno == EAGAIN;
}

}  // namespace

KeptConnections::~KeptConnections() {
  for (auto& [name, kept] : kept_) close(kept.connection);
}

void KeptConnections::close(Connection& connection) {
  connection.tls.reset();
  ::close(std::exchange(connection.socket, -1));
}

void KeptConnections::keep(const std::string& name, std::string place, Connection&& connection) {
  const auto [at, fresh] = kept_.try_emplace(name);
  if (!fresh) close(at->second.connection);
  at->second = {std::move(place), std::move(connection)};
}

std::optional<KeptConnections::Connection> KeptConnections::take(const std::string& name, const std::string& place) {
  const auto found = kept_.find(name);
  if (found == kept_.end()) return std::nullopt;
  Kept kept = std::move(found->second);
  kept_.erase(found);
  if (kept.place == place && looksOpen(kept.connection)) return std::move(kept.connection);
  close(kept.connection);
  return std::nullopt;
}

}  // namespace bridge
