// SPDX-License-Identifier: GPL-2.0-or-later
// crypt_r() beside the loop: a hash that is quick to compute would be quick to guess.
#include "bridge/password_hash.h"

#include <crypt.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "bridge/loop.h"
#include "bridge/secret.h"

namespace bridge {

namespace {
constexpr std::size_t mostWaiting = 64;   // in all ...
constexpr std::size_t mostOfOrigin = 16;  // ... and of one address
constexpr std::string_view methods[] = {"$y$", "$gy$", "$7$", "$2b$", "$2y$", "$6$", "$5$"};
}  // namespace

const char* hashObjection(const std::string& hash) {
  const bool known = std::any_of(std::begin(methods), std::end(methods),
                                 [&](std::string_view method) { return hash.rfind(method, 0) == 0; });
  if (!known) return "must be a hash of crypt(3) that begins with $y$ or $6$, as `mkpasswd` writes it";
  const int verdict = crypt_checksalt(hash.c_str());
  const bool whole = hash.size() - hash.rfind('$') > 22;  // a salt alone is no hash
  if (!whole || verdict == CRYPT_SALT_INVALID) return "is no whole hash of crypt(3)";
  if (verdict == CRYPT_SALT_METHOD_DISABLED) return "is a hash that this system does not compute";
  return nullptr;
}

bool hashMatches(const std::string& hash, const std::string& password) {
  if (password.size() > CRYPT_MAX_PASSPHRASE_SIZE || password.find('\0') != std::string::npos) return false;
  const auto work = std::make_unique<crypt_data>();
  const char* made = crypt_rn(password.c_str(), hash.c_str(), work.get(), sizeof *work);
  return made != nullptr && SecretDigest::equal(made, hash);
}

struct PasswordHasher::State {
  struct Job {
    std::string origin, hash, password;
    Done done;
  };

  explicit State(Loop& theLoop) : loop(theLoop) {}
  static void run(const std::shared_ptr<State>& state);
  void finished(Job&& job, std::optional<bool> right);
  static bool tell(const std::shared_ptr<State>& state, const std::shared_ptr<Job>& job, std::optional<bool> right);

  Loop& loop;  // until `closed`
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Job>> jobs;
  bool closed = false;
  // The loop's own:
  std::unordered_map<std::string, std::size_t> waiting;  // per origin
  std::size_t all = 0;
  bool started = false;
};

void PasswordHasher::State::run(const std::shared_ptr<State>& state) {
  std::unique_lock<std::mutex> lock(state->mutex);
  for (;;) {
    state->changed.wait(lock, [&] { return state->closed || !state->jobs.empty(); });
    if (state->closed) return;
    const auto job = state->jobs.front();
    state->jobs.pop_front();
    lock.unlock();
    std::optional<bool> right;
    try {
      right = hashMatches(job->hash, job->password);
    } catch (...) {}  // C6: no memory; told on the loop
    lock.lock();
    while (!state->closed && !tell(state, job, right)) state->changed.wait_for(lock, std::chrono::milliseconds(50));
    if (state->closed) return;
  }
}

/// False: there is no memory for it.
bool PasswordHasher::State::tell(const std::shared_ptr<State>& state, const std::shared_ptr<Job>& job,
                                 std::optional<bool> right) {
  try {
    state->loop.post([state, job, right] { state->finished(std::move(*job), right); });
    return true;
  } catch (...) { return false; }
}

/// Without a verdict whoever asked is not called: his request dies, and is answered 503.
void PasswordHasher::State::finished(Job&& job, std::optional<bool> right) {
  --all;
  if (--waiting[job.origin] == 0) waiting.erase(job.origin);
  if (closed) return;
  if (right) return job.done(*right);
  loop.firewall().run(EventSource::Other, job.origin,
                      [] { throw std::runtime_error("a password could not be hashed: no memory"); });
}

PasswordHasher::PasswordHasher(Loop& loop) : state_(std::make_shared<State>(loop)) {}

PasswordHasher::~PasswordHasher() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->closed = true;
  state_->jobs.clear();
  state_->changed.notify_all();
}

bool PasswordHasher::ask(const std::string& origin, std::string hash, std::string password, Done done) {
  State& s = *state_;
  const auto from = s.waiting.find(origin);
  if (s.all >= mostWaiting || (from != s.waiting.end() && from->second >= mostOfOrigin)) return false;
  ++s.all;
  ++s.waiting[origin];
  if (!s.started) {
    s.started = true;
    sigset_t every, before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);  // the new thread takes no signal from the loop
    std::thread([state = state_] { State::run(state); }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  const std::lock_guard<std::mutex> lock(s.mutex);
  s.jobs.push_back(
      std::make_shared<State::Job>(State::Job{origin, std::move(hash), std::move(password), std::move(done)}));
  s.changed.notify_one();
  return true;
}

}  // namespace bridge
