using Myeloma.Fhir.Store.Jobs;
using Xunit;

namespace Myeloma.Fhir.Store.Tests.Jobs;

[Trait("Category", "Postgres")]
public sealed class JobTableTests(StoreFixture fixture) : IClassFixture<StoreFixture>
{
    private readonly JobTable jobs = new(fixture.DataSource);

    [Fact]
    public async Task A_job_is_one_runners_at_a_time_and_another_ones_after_a_silence()
    {
        await jobs.AddAsync("read", "a"u8.ToArray(), repeats: true, 10, default);
        await jobs.AddAsync("write", "b"u8.ToArray(), repeats: false, 10, default);

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(at => jobs.ClaimAsync($"first-{at}", default)));
        Assert.Equal(["read", "write"], claims.OfType<ClaimedJob>().Select(job => job.Id).Order());
        Assert.All(claims.OfType<ClaimedJob>(), job => Assert.False(job.IsInterrupted));
        Assert.Null(await jobs.ClaimAsync("second", default));
        var runner = $"first-{Array.FindIndex(claims, job => job?.Id == "read")}";
        Assert.True(await jobs.KeepAsync("read", runner, default));

        await fixture.ScalarAsync("UPDATE job SET alive = alive - interval '1 minute'");
        var again = new[] { await jobs.ClaimAsync("second", default), await jobs.ClaimAsync("second", default) };

        Assert.Equal([("read", false), ("write", true)], again.Select(job => (job!.Id, job.IsInterrupted)).Order());
        Assert.False(await jobs.KeepAsync("read", runner, default));
        Assert.False(await jobs.FinishAsync("read", runner, "late"u8.ToArray(), default));
        Assert.True(await jobs.FinishAsync("read", "second", "done"u8.ToArray(), default));
        Assert.Equal((JobState.Done, "done"), ((await jobs.FindAsync("read", default))!.State, System.Text.Encoding.UTF8.GetString((await jobs.FindAsync("read", default))!.Answer!.Value.Span)));
        Assert.True(await jobs.RemoveAsync("write", default));
        Assert.False(await jobs.KeepAsync("write", "second", default));
        Assert.Equal(0, await jobs.RemoveDoneAsync(TimeSpan.FromHours(1), default));
        Assert.Equal(1, await jobs.RemoveDoneAsync(TimeSpan.Zero, default));
        Assert.Null(await jobs.FindAsync("read", default));
    }
}
