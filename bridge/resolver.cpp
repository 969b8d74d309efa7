// SPDX-License-Identifier: GPL-2.0-or-later
// The resolver's thread and the list of who waits for which name.
#include "bridge/resolver.h"

#include <netdb.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "bridge/loop.h"

namespace bridge {

/// Lives as long as its last user: a look-up may hang in the system longer than the Resolver lives.
struct Resolver::Shared {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::string> names;  // to be asked, each once
  Loop* loop = nullptr;           // null once the Resolver is gone

  struct Question {
    std::uint16_t port = 0;
    Done done;
  };
  // Loop thread only:
  std::uint64_t lastId = 0;
  bool running = false;
  std::unordered_map<std::uint64_t, Question> questions;
  std::map<std::string, std::vector<std::uint64_t>> waiting;

  void answer(std::uint64_t id, Resolved&& result);
  void deliver(const std::string& name, const Resolved& result);
};

namespace {

Resolved lookUp(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  Resolved result;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    result.error = "cannot resolve " + name + ": " + gai_strerror(error);
    return result;
  }
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    result.addresses.push_back(NetAddress::from(each->ai_addr, each->ai_addrlen));
  }
  freeaddrinfo(found);
  return result;
}

}  // namespace

Resolver::Resolver(Loop& loop) : shared_(std::make_shared<Shared>()) { shared_->loop = &loop; }

Resolver::~Resolver() {
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  shared_->loop = nullptr;
  shared_->wake.notify_all();
}

void Resolver::Shared::answer(std::uint64_t id, Resolved&& result) {
  const auto found = questions.find(id);
  if (found == questions.end()) return;
  Question question = std::move(found->second);
  questions.erase(found);
  for (NetAddress& address : result.addresses) address.setPort(question.port);
  question.done(std::move(result));
}

void Resolver::Shared::deliver(const std::string& name, const Resolved& result) {
  const auto found = waiting.find(name);
  if (found == waiting.end()) return;
  const std::vector<std::uint64_t> ids = std::move(found->second);
  waiting.erase(found);
  for (const std::uint64_t id : ids) answer(id, Resolved(result));
}

void Resolver::work(const std::shared_ptr<Shared>& shared) {
  std::unique_lock<std::mutex> lock(shared->mutex);
  while (true) {
    shared->wake.wait(lock, [&] { return shared->loop == nullptr || !shared->names.empty(); });
    if (shared->loop == nullptr) return;
    std::string name = std::move(shared->names.front());
    shared->names.pop_front();
    lock.unlock();
    Resolved result = lookUp(name);
    lock.lock();
    if (shared->loop == nullptr) return;
    // Posted under the lock: the Loop outlives the Resolver, and the Resolver cannot go while we hold it.
    shared->loop->post([shared, name = std::move(name), result = std::move(result)] { shared->deliver(name, result); });
  }
}

std::uint64_t Resolver::resolve(const std::string& host, std::uint16_t port, Done done) {
  const std::uint64_t id = ++shared_->lastId;
  shared_->questions.emplace(id, Shared::Question{port, std::move(done)});
  if (auto literal = NetAddress::parse(host, port)) {
    shared_->loop->post([shared = shared_, id, address = *literal] { shared->answer(id, Resolved{{address}, ""}); });
    return id;
  }
  std::vector<std::uint64_t>& waiters = shared_->waiting[host];
  waiters.push_back(id);
  if (waiters.size() > 1) return id;
  if (!shared_->running) {
    shared_->running = true;
    std::thread(&Resolver::work, shared_).detach();  // getaddrinfo cannot be interrupted, so nobody may have to join it
  }
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  shared_->names.push_back(host);
  shared_->wake.notify_one();
  return id;
}

void Resolver::cancel(std::uint64_t id) { shared_->questions.erase(id); }

}  // namespace bridge
