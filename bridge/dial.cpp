// SPDX-License-Identifier: GPL-2.0-or-later
// Non-blocking connects, one watcher each.
#include "bridge/dial.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "bridge/descriptors.h"
#include "bridge/watch.h"

namespace bridge {

namespace {

std::string cannotConnect(const NetAddress& address, int error) {
  return "cannot connect to " + address.host() + ": " + std::strerror(error);
}

}  // namespace

void Dial::start(const std::vector<NetAddress>& addresses, std::string source) {
  stop();
  source_ = std::move(source);
  shortage_ = false;
  race_.start(addresses);
}

void Dial::failed(const std::string& reason) { race_.failed(std::exchange(connected_, none), reason); }

void Dial::settled() { race_.settled(); }

void Dial::stop() {
  connected_ = none;
  race_.stop();
}

std::string Dial::begin(std::size_t index, const NetAddress& address) {
  if (const std::string refused = owner_.refusal(address); !refused.empty()) return refused;
  const int socket = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int error = errno;
  std::string problem = descriptorShortage(socket);
  shortage_ = !problem.empty();
  if (socket < 0 && problem.empty()) problem = cannotConnect(address, error);
  if (problem.empty() && !connectTo(address, socket)) problem = cannotConnect(address, errno);
  if (!problem.empty()) {
    if (socket >= 0) ::close(socket);
    return problem;
  }
  Lane& lane = lanes_[index];
  lane.dial = this;
  lane.index = index;
  lane.socket = socket;
  bindWatcher<EventSource::Other, &Lane::ready>(lane.io, lane);
  ev_io_set(&lane.io, socket, EV_WRITE);
  ev_io_start(loop_.raw(), &lane.io);
  return "";
}

bool Dial::connectTo(const NetAddress& address, int socket) const {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!source_.empty()) {
    const auto source = NetAddress::parse(source_);
    setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (!source || ::bind(socket, source->get(), source->length) != 0) return false;
  }
  return ::connect(socket, address.get(), address.length) == 0 || errno == EINPROGRESS;
}

void Dial::onWritable(Lane& lane) {
  const std::size_t index = lane.index;
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(lane.socket, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    close(lane);
    race_.failed(index, cannotConnect(race_.address(index), error));
    return;
  }
  const int socket = std::exchange(lane.socket, -1);
  close(lane);
  connected_ = index;
  race_.connected(index);
  owner_.connected(socket, race_.address(index));
}

void Dial::giveUp(std::size_t index) {
  if (index == connected_) {
    connected_ = none;
    owner_.giveUp();
  } else if (const auto found = lanes_.find(index); found != lanes_.end()) {
    close(found->second);
  }
}

void Dial::close(Lane& lane) {
  ev_io_stop(loop_.raw(), &lane.io);
  if (lane.socket >= 0) ::close(lane.socket);
  lanes_.erase(lane.index);
}

}  // namespace bridge
