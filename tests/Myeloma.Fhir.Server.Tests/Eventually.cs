using System.Diagnostics;
using Xunit;

namespace Myeloma.Fhir.Server.Tests;

/// <summary>Waits for what comes true by itself; gives up after two minutes, so that a defect ends in words.</summary>
internal static class Eventually
{
    /// <param name="state">What is said when it doesn't come true.</param>
    public static async Task HoldsAsync(Func<Task<bool>> holds, Func<string>? state = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), state?.Invoke() ?? "It did not come true.");
            await Task.Delay(20);
        }
    }
}
