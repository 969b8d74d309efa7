// SPDX-License-Identifier: GPL-2.0-or-later
// The WebSocket client's handles and its TLS contexts; the protocol side is in ws_link.cpp.
#include "bridge/ws_client.h"

#include <sys/stat.h>

#include <utility>

#include "bridge/ws_link.h"

namespace bridge {

namespace detail {
namespace {

/// Name and date of a file: a renewed certificate makes a new context.
std::string fileKey(const std::string& file) {
  struct stat info {};
  if (file.empty() || ::stat(file.c_str(), &info) != 0) return file + "|";
  return file + "|" + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) + "|";
}

}  // namespace

lws_vhost* WsClientState::vhostFor(const WsTarget& target, bool secure, std::string& error) {
  if (!secure) return loop.plainVhost();
  const std::string key = fileKey(target.caFile) + fileKey(target.certFile) + fileKey(target.keyFile);
  const auto known = contexts_.find(key);
  if (known != contexts_.end()) return known->second.vhost;
  ClientTls made = clientVhost(loop, {target.certFile, target.keyFile, target.caFile});
  error = made.error;
  if (made.vhost == nullptr) return nullptr;
  return contexts_.emplace(key, std::move(made)).first->second.vhost;
}

namespace {

/// The owner's end of a link.
class OwnedLink final : public WsConnection {
 public:
  explicit OwnedLink(std::shared_ptr<WsLink> link) : link_(std::move(link)) {}
  ~OwnedLink() override { link_->abandon(); }
  bool send(std::string text) override { return link_->send(std::move(text)); }
  void close(int code, std::string reason) override { link_->close(code, std::move(reason)); }
  bool isOpen() const override { return link_->isOpen(); }
  std::size_t queued() const override { return link_->queued(); }

 private:
  std::shared_ptr<WsLink> link_;
};

}  // namespace
}  // namespace detail

WsClient::WsClient(Loop& loop) : state_(std::make_shared<detail::WsClientState>(loop)) {}

WsClient::~WsClient() {
  const auto links = state_->links;
  for (const auto& link : links) link->discard();
}

void WsClient::setMost(std::size_t connections) { state_->most = connections; }

std::unique_ptr<WsConnection> WsClient::connect(WsTarget target, WsCallbacks callbacks) {
  auto link = std::make_shared<detail::WsLink>(state_, std::move(target), std::move(callbacks));
  link->start();
  return std::make_unique<detail::OwnedLink>(std::move(link));
}

}  // namespace bridge
