using Myeloma.Fhir.Store.Hot;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Hot;

public sealed class HotBodiesTests
{
    private static readonly ResourceKey Key = new("Basic", "1");

    [Fact]
    public void A_version_that_was_read_is_there_until_it_is_written()
    {
        var bodies = Good();
        bodies.Add(Version(Key, 1), bodies.Begin(Key));
        Assert.Equal(1, bodies.Find(Key)!.VersionId);

        var change = bodies.BeginChange([Key]);
        Assert.Null(bodies.Find(Key));
        bodies.Add(Version(Key, 1), bodies.Begin(Key));
        Assert.Null(bodies.Find(Key));
        change.Dispose();
        Assert.Equal(0, bodies.Bytes);

        bodies.Add(Version(Key, 2), bodies.Begin(Key));
        Assert.Equal((2, 2L, 2L), (bodies.Find(Key)!.VersionId, bodies.Hits, bodies.Misses));
    }

    [Fact]
    public void What_was_read_before_or_during_a_write_does_not_enter_after_it()
    {
        var bodies = Good();
        var before = bodies.Begin(Key);
        var change = bodies.BeginChange([Key]);
        var during = bodies.Begin(Key);
        change.Dispose();
        bodies.Add(Version(Key, 1), before);
        bodies.Add(Version(Key, 1), during);

        Assert.Null(bodies.Find(Key));
    }

    [Fact]
    public void What_was_read_before_everything_was_forgotten_does_not_enter_and_an_old_permission_is_none()
    {
        var bodies = Good();
        var generation = bodies.Generation;
        var before = bodies.Begin(Key);
        bodies.Clear();
        bodies.AllowUntil(long.MaxValue, generation);
        Assert.False(bodies.IsGood);

        bodies.AllowUntil(long.MaxValue, bodies.Generation);
        bodies.Add(Version(Key, 1), before);
        Assert.Null(bodies.Find(Key));
    }

    [Fact]
    public void Without_a_lease_nothing_is_given_and_nothing_enters()
    {
        var bodies = Good();
        bodies.Add(Version(Key, 1), bodies.Begin(Key));
        bodies.AllowUntil(0, bodies.Generation);

        Assert.Null(bodies.Find(Key));
        Assert.False(bodies.Begin(Key).IsValid);
    }

    [Fact]
    public void The_memory_is_bounded_and_what_is_read_stays()
    {
        var bodies = Good();
        for (var at = 0; at < 1_000; at++)
        {
            var key = new ResourceKey("Basic", $"{at}");
            bodies.Add(Version(key, 1), bodies.Begin(key));
            Assert.NotNull(bodies.Find(new ResourceKey("Basic", "0")));
            Assert.True(bodies.Bytes <= 100_000);
        }

        var large = new ResourceKey("Basic", "large");
        bodies.Add(new ResourceVersion(large, 1, DateTimeOffset.UnixEpoch, false, "PUT", new byte[50_000]), bodies.Begin(large));
        Assert.Null(bodies.Find(large));
    }

    private static HotBodies Good()
    {
        var bodies = new HotBodies(100_000);
        bodies.AllowUntil(long.MaxValue, bodies.Generation);
        return bodies;
    }

    private static ResourceVersion Version(ResourceKey key, int version) => new(key, version, DateTimeOffset.UnixEpoch, false, "PUT", new byte[1_000]);
}
