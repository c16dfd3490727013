// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "gloo.h"

#include "torch_headers.h"

#include "loci/base/text.h"

#ifdef LOCI_WITH_GLOO

#include "local_address.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace loci::train {
namespace {

/// The first line of what a library says, without its own source lines before it.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  std::string line = text.substr(0, text.find('\n'));
  if (const size_t end = line.find("] "); line.starts_with('[') && end != std::string::npos)
    line.erase(0, end + 2);
  return printable(line);
}

class GlooDistributor final : public Distributor {
 public:
  GlooDistributor(c10::intrusive_ptr<c10d::Store> store,
                  c10::intrusive_ptr<c10d::ProcessGroupGloo> group,
                  double timeout_s)
      : store_(std::move(store)), group_(std::move(group)), timeout_s_(timeout_s) {}

  int rank() const override { return group_->getRank(); }
  int num_ranks() const override { return group_->getSize(); }

  Status sum(std::span<float> values) override {
    if (values.empty()) return {};
    return talk([&] {
      // A ring: each part is summed in one place and handed round, so all get the same bits.
      std::vector<at::Tensor> tensors = {
          at::from_blob(values.data(), {size_of(values)}, at::kFloat)};
      group_->allreduce(tensors)->wait();
    });
  }

  Result<RankBytes> gather(std::span<const uint8_t> bytes) override {
    RankBytes all(static_cast<size_t>(num_ranks()));
    LOCI_RETURN_IF_ERROR(talk([&] {
      const std::vector<at::Tensor> sizes = gather_equal(at::tensor(size_of(bytes), at::kLong));
      int64_t most = 0;
      for (const at::Tensor& size : sizes) most = std::max(most, size.item<int64_t>());
      if (most == 0) return;
      at::Tensor padded = at::zeros({most}, at::kByte);
      std::copy(bytes.begin(), bytes.end(), padded.data_ptr<uint8_t>());
      const std::vector<at::Tensor> found = gather_equal(padded);
      for (size_t rank = 0; rank < all.size(); ++rank) {
        const uint8_t* first = found[rank].data_ptr<uint8_t>();
        all[rank].assign(first, first + sizes[rank].item<int64_t>());
      }
    }));
    return all;
  }

 private:
  template <class T>
  static int64_t size_of(std::span<T> span) {
    return static_cast<int64_t>(span.size());
  }

  std::vector<at::Tensor> gather_equal(const at::Tensor& mine) {
    std::vector<std::vector<at::Tensor>> outputs(1);
    for (int rank = 0; rank < num_ranks(); ++rank) outputs[0].push_back(at::empty_like(mine));
    std::vector<at::Tensor> inputs = {mine};
    group_->allgather(outputs, inputs)->wait();
    return outputs[0];
  }

  Status talk(const std::function<void()>& body) {
    if (lost_) return io_error("the processes are no longer connected");
    try {
      body();
      return {};
    } catch (const std::exception& error) {
      lost_ = true;
      const std::string text = first_line(error);
      const bool late = text.find("imed out") != std::string::npos;
      return io_error(
          (late ? format("another process did not answer within %g s (timeout_s)", timeout_s_)
                : std::string("the connection to another process was lost: it ended, or the "
                              "network was cut")) +
          " (" + text + "); see what the other processes said, and start all of them again with " +
          "--resume");
    }
  }

  c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
  double timeout_s_;
  bool lost_ = false;
};

/// The device that the others reach this process by.
std::shared_ptr<gloo::transport::Device> network_device(const ClusterPlace& place,
                                                        c10d::Store& store) {
  if (!place.interface.empty())
    return c10d::ProcessGroupGloo::createDeviceForInterface(place.interface);
  std::string address = address_towards(place.master_addr);
  // On its own host, a name often stands for the loopback (Debian's /etc/hosts): there the address
  // that faces another host is the right one.
  const auto key = [](int rank) { return format("loci/address/%d", rank); };
  store.set(key(place.rank), std::vector<uint8_t>(address.begin(), address.end()));
  for (int rank = 0; rank < place.num_ranks && is_loopback(address); ++rank) {
    const std::vector<uint8_t> theirs = store.get(key(rank));
    const std::string other(theirs.begin(), theirs.end());
    if (!is_loopback(other)) address = address_towards(other);
  }
  return address.empty() ? c10d::ProcessGroupGloo::createDefaultDevice()
                         : c10d::ProcessGroupGloo::createDeviceForHostname(address);
}

}  // namespace

Result<std::unique_ptr<Distributor>> join_processes(const ClusterPlace& place,
                                                    const ClusterOptions& options) {
  if (place.num_ranks == 1) return std::make_unique<Distributor>();
  const auto timeout = std::chrono::milliseconds(static_cast<int64_t>(options.timeout_s * 1e3));
  try {
    c10d::TCPStoreOptions tcp;
    tcp.port = static_cast<uint16_t>(place.master_port);
    tcp.isServer = place.rank == 0 && !place.launcher_listens;
    tcp.timeout = timeout;
    if (!place.launcher_listens) tcp.numWorkers = static_cast<size_t>(place.num_ranks);
    tcp.waitWorkers = !place.launcher_listens;
    c10::intrusive_ptr<c10d::Store> store =
        c10::make_intrusive<c10d::TCPStore>(place.master_addr, tcp);
    store = c10::make_intrusive<c10d::PrefixStore>(format("loci/%d", place.attempt), store);
    store->setTimeout(timeout);
    auto gloo = c10d::ProcessGroupGloo::Options::create(timeout);
    gloo->devices.push_back(network_device(place, *store));
    auto group =
        c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.num_ranks, gloo);
    return std::unique_ptr<Distributor>(
        std::make_unique<GlooDistributor>(std::move(store), std::move(group), options.timeout_s));
  } catch (const std::exception& error) {
    return io_error(format(
        "the %d processes did not come together at %s, port %d, within %g s (%s); each needs "
        "the same MASTER_ADDR, MASTER_PORT and WORLD_SIZE and a RANK of its own (docs/cluster.md)",
        place.num_ranks,
        printable(place.master_addr).c_str(),
        place.master_port,
        options.timeout_s,
        first_line(error).c_str()));
  }
}

}  // namespace loci::train

#else

namespace loci::train {

Result<std::unique_ptr<Distributor>> join_processes(const ClusterPlace& place,
                                                    const ClusterOptions&) {
  if (place.num_ranks == 1) return std::make_unique<Distributor>();
  return unsupported(
      "several processes need Gloo, and the libtorch of this build came without its headers; "
      "install libgloo-dev beside Debian's libtorch-dev and build again, or train in one process");
}

}  // namespace loci::train

#endif
