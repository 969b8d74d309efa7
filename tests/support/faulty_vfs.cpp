// SPDX-License-Identifier: GPL-2.0-or-later
// A shim over the system VFS: every call goes through, writes and syncs are recorded.
#include "tests/support/faulty_vfs.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>

namespace test {

/// What SQLite allocates per open file: ours, then the system's.
struct FaultyFile {
  sqlite3_file base;
  FaultyVfs* vfs;
  const std::string* path;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static FaultyFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }

  static int close(sqlite3_file* f) {
    const int code = of(f).real()->pMethods->xClose(of(f).real());
    delete of(f).path;
    return code;
  }
  static int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    return of(f).real()->pMethods->xRead(of(f).real(), to, n, at);
  }
  static int write(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
    FaultyFile& file = of(f);
    if (const int code = file.vfs->beforeWrite(*file.path, at + n)) return code;
    file.vfs->wrote(*file.path, {at, std::string(static_cast<const char*>(from), static_cast<std::size_t>(n)), 0});
    return file.real()->pMethods->xWrite(file.real(), from, n, at);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    FaultyFile& file = of(f);
    if (const int code = file.vfs->beforeWrite(*file.path, 0)) return code;
    file.vfs->wrote(*file.path, {-1, "", size});
    return file.real()->pMethods->xTruncate(file.real(), size);
  }
  static int sync(sqlite3_file* f, int flags) {
    FaultyFile& file = of(f);
    if (const int code = file.vfs->beforeSync()) return code;
    file.vfs->synced(*file.path);
    static_cast<void>(flags);  // the real disk need not turn for a test
    return SQLITE_OK;
  }
  static int fileSize(sqlite3_file* f, sqlite3_int64* size) {
    return of(f).real()->pMethods->xFileSize(of(f).real(), size);
  }
  static int lock(sqlite3_file* f, int level) { return of(f).real()->pMethods->xLock(of(f).real(), level); }
  static int unlock(sqlite3_file* f, int level) { return of(f).real()->pMethods->xUnlock(of(f).real(), level); }
  static int reserved(sqlite3_file* f, int* out) {
    return of(f).real()->pMethods->xCheckReservedLock(of(f).real(), out);
  }
  static int control(sqlite3_file* f, int op, void* argument) {
    return of(f).real()->pMethods->xFileControl(of(f).real(), op, argument);
  }
  static int sectorSize(sqlite3_file*) { return 512; }
  static int characteristics(sqlite3_file*) { return 0; }  // no promise: as careful as it can be
  static int shmMap(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return of(f).real()->pMethods->xShmMap(of(f).real(), page, size, extend, out);
  }
  static int shmLock(sqlite3_file* f, int at, int n, int flags) {
    return of(f).real()->pMethods->xShmLock(of(f).real(), at, n, flags);
  }
  static void shmBarrier(sqlite3_file* f) { of(f).real()->pMethods->xShmBarrier(of(f).real()); }
  static int shmUnmap(sqlite3_file* f, int remove) { return of(f).real()->pMethods->xShmUnmap(of(f).real(), remove); }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods all = {
        2,          close,           read,   write,   truncate,   sync,     fileSize, lock,   unlock, reserved, control,
        sectorSize, characteristics, shmMap, shmLock, shmBarrier, shmUnmap, nullptr,  nullptr};
    return &all;
  }
};

namespace {

std::string contentOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void apply(std::string& content, std::int64_t offset, const std::string& bytes) {
  const auto end = static_cast<std::size_t>(offset) + bytes.size();
  if (content.size() < end) content.resize(end, '\0');
  content.replace(static_cast<std::size_t>(offset), bytes.size(), bytes);
}

}  // namespace

FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)) {
  static int made = 0;
  name_ = "faulty" + std::to_string(++made);
  static_cast<sqlite3_vfs&>(vfs_) = *real_;
  vfs_.owner = this;
  vfs_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real_->szOsFile;
  vfs_.zName = name_.c_str();
  vfs_.pNext = nullptr;
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  sqlite3_vfs_register(&vfs_, 0);
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

int FaultyVfs::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* outFlags) {
  FaultyVfs& self = ownerOf(vfs);
  auto* ours = new (file) FaultyFile{{nullptr}, &self, nullptr};
  const int code = self.real_->xOpen(self.real_, path, ours->real(), flags, outFlags);
  if (code != SQLITE_OK) return code;
  ours->path = new std::string(path ? path : "");
  ours->base.pMethods = FaultyFile::methods();
  const std::lock_guard<std::mutex> lock(self.mutex_);
  if (path && !self.images_.count(path)) {
    Image& image = self.images_[path];
    image.durable = contentOf(path);
    image.size = static_cast<std::int64_t>(image.durable.size());
  }
  return SQLITE_OK;
}

int FaultyVfs::remove(sqlite3_vfs* vfs, const char* path, int syncDirectory) {
  FaultyVfs& self = ownerOf(vfs);
  const std::lock_guard<std::mutex> lock(self.mutex_);
  if (self.dead_ || self.broken_) return SQLITE_IOERR_DELETE;
  self.images_.erase(path);
  return self.real_->xDelete(self.real_, path, syncDirectory);
}

std::uint64_t FaultyVfs::syncs() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [path, count] : syncs_) sum += count;
  return sum;
}

std::uint64_t FaultyVfs::syncs(const std::string& path) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = syncs_.find(path);
  return found == syncs_.end() ? 0 : found->second;
}

void FaultyVfs::limitSpace(std::int64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  limit_ = bytes;
}

std::int64_t FaultyVfs::spaceUsed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::int64_t sum = 0;
  for (const auto& [path, image] : images_) sum += image.size;
  return sum;
}

void FaultyVfs::breakDisk(bool broken) {
  const std::lock_guard<std::mutex> lock(mutex_);
  broken_ = broken;
}

void FaultyVfs::cutPower() {
  const std::lock_guard<std::mutex> lock(mutex_);
  dead_ = true;
}

int FaultyVfs::beforeWrite(const std::string& path, std::int64_t newSize) {
  const std::int64_t used = spaceUsed();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (dead_ || broken_) return SQLITE_IOERR_WRITE;
  const std::int64_t growth = newSize - images_[path].size;
  return limit_ >= 0 && growth > 0 && used + growth > limit_ ? SQLITE_FULL : SQLITE_OK;
}

void FaultyVfs::wrote(const std::string& path, Write write) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Image& image = images_[path];
  const auto end = write.offset + static_cast<std::int64_t>(write.bytes.size());
  image.size = write.offset < 0 ? write.size : std::max(image.size, end);
  image.since.push_back(std::move(write));
}

int FaultyVfs::beforeSync() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return dead_ || broken_ ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

void FaultyVfs::synced(const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++syncs_[path];
  Image& image = images_[path];
  for (const Write& write : image.since)
    if (write.offset < 0)
      image.durable.resize(static_cast<std::size_t>(write.size));
    else
      apply(image.durable, write.offset, write.bytes);
  image.since.clear();
}

void FaultyVfs::powerUp(unsigned seed) {
  constexpr std::size_t sector = 512;
  const std::lock_guard<std::mutex> lock(mutex_);
  std::mt19937 random(seed);
  for (auto& [path, image] : images_) {
    std::shuffle(image.since.begin(), image.since.end(), random);
    for (const Write& write : image.since) {
      if (random() % 2 == 0) continue;
      if (write.offset < 0) {
        image.durable.resize(static_cast<std::size_t>(write.size));
        continue;
      }
      for (std::size_t at = 0; at < write.bytes.size(); at += sector)
        if (random() % 8 != 0)
          apply(image.durable, write.offset + static_cast<std::int64_t>(at), write.bytes.substr(at, sector));
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << image.durable;
  }
  images_.clear();
  dead_ = false;
}

}  // namespace test
