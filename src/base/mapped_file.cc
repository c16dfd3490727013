// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Files that are cut short while they are mapped: the pages that are gone become zeros, and the file remembers.
#include "loci/base/file.h"
#include "loci/base/text.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <unistd.h>
#include <utility>

#include <sys/mman.h>

namespace loci {

/// Where one file is mapped. Never freed, only used again, so that the handler may walk the list at any time.
struct MappedFile::Guard {
  std::atomic<uintptr_t> begin{0};  ///< 0: not in use
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> cut{false};
  Guard* next = nullptr;
};

namespace {

static_assert(std::atomic<uintptr_t>::is_always_lock_free, "read in a signal handler");

/// What follows is all that the handler uses; it allocates nothing and takes no lock.
template <class Guard>
struct Guards {
  static inline std::atomic<Guard*> first{nullptr};
  static inline std::mutex mutex;  // for those who change the list
  static inline struct sigaction before {};
  static inline uintptr_t page = 4096;

  /// The guard of a mapping that holds an address. A guard that is being changed by another thread has a begin that
  /// differs before and after; that of the address itself stands still, as somebody is reading there.
  static Guard* find(uintptr_t address) {
    for (Guard* g = first.load(std::memory_order_acquire); g != nullptr; g = g->next) {
      const uintptr_t begin = g->begin.load(std::memory_order_acquire);
      const uintptr_t end = g->end.load(std::memory_order_acquire);
      if (begin != 0 && address >= begin && address < end && g->begin.load() == begin) return g;
    }
    return nullptr;
  }

  static void on_fault(int number, siginfo_t* info, void* context) {
    const int error = errno;
    const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
    if (Guard* guard = find(address); guard != nullptr) {
      const uintptr_t from = address & ~(page - 1);
      guard->cut.store(true, std::memory_order_release);
      void* const zeros = ::mmap(reinterpret_cast<void*>(from),
                                 guard->end.load() - from,
                                 PROT_READ,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
                                 -1,
                                 0);
      errno = error;
      if (zeros != MAP_FAILED) return;
    }
    if ((before.sa_flags & SA_SIGINFO) != 0) {
      before.sa_sigaction(number, info, context);
    } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
      before.sa_handler(number);
    } else {
      ::sigaction(number, &before, nullptr);  // the fault comes again, and ends as it would have
    }
    errno = error;
  }

  static Guard* watch(uintptr_t begin, uintptr_t end) {
    static std::once_flag once;
    std::call_once(once, [] {
      page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
      struct sigaction ours {};
      ours.sa_sigaction = on_fault;
      ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
      sigemptyset(&ours.sa_mask);
      ::sigaction(SIGBUS, &ours, &before);
    });
    const std::lock_guard lock(mutex);
    Guard* guard = first.load();
    while (guard != nullptr && guard->begin.load() != 0) guard = guard->next;
    const bool fresh = guard == nullptr;
    if (fresh) guard = new Guard;
    guard->cut.store(false);
    guard->end.store(end);
    guard->begin.store(begin, std::memory_order_release);
    if (fresh) {
      guard->next = first.load();
      first.store(guard, std::memory_order_release);
    }
    return guard;
  }
};

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  LOCI_TRY(input, InputFile::open(path));
  MappedFile file;
  file.path_ = path;
  if (input.size() == 0) return file;
  void* data = ::mmap(nullptr, input.size(), PROT_READ, MAP_SHARED, input.fd(), 0);
  if (data == MAP_FAILED) return io_error(printable(path) + ": cannot be mapped", errno);
  file.data_ = data;
  file.size_ = input.size();
  const auto begin = reinterpret_cast<uintptr_t>(data);
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  file.guard_ = Guards<Guard>::watch(begin, begin + (file.size_ + page - 1) / page * page);
  return file;
}

Status MappedFile::intact() const {
  if (guard_ == nullptr || !guard_->cut.load(std::memory_order_acquire)) return {};
  return corrupt(printable(path_) +
                 ": was cut short while it was in use; put the whole file back and open it again");
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      guard_(std::exchange(other.guard_, nullptr)),
      path_(std::move(other.path_)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(guard_, other.guard_);
  std::swap(path_, other.path_);
  return *this;
}

MappedFile::~MappedFile() {
  if (guard_ != nullptr) guard_->begin.store(0, std::memory_order_release);
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace loci
