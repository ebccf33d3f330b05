using System.Diagnostics;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>One pass over inputs: several at a time, reported in order as soon as all before are done.</summary>
internal sealed class ValidationPass(InputValidation validation, ValidationReport report, Func<ValidatedResource, bool> isFailed, int jobs, Action<int, int>? progress)
{
    private readonly Lock gate = new();
    private int resources;
    private int failed;
    private int errors;
    private int warnings;

    /// <exception cref="HttpRequestException">A URL is out of reach.</exception>
    /// <exception cref="OperationCanceledException">Given up; what was reported until then stands.</exception>
    public async Task<ValidationSummary> RunAsync(IReadOnlyList<ResourceInput> inputs, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var waiting = new IReadOnlyList<ValidatedResource>?[inputs.Count];
        var next = 0;
        var done = 0;
        await Parallel.ForAsync(0, inputs.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken }, async (index, token) =>
        {
            var results = await validation.ValidateAsync(inputs[index], token);
            lock (gate)
            {
                waiting[index] = results;
                while (next < waiting.Length && waiting[next] is { } ready)
                {
                    foreach (var resource in ready) Report(resource);
                    waiting[next++] = [];
                }

                progress?.Invoke(++done, inputs.Count);
            }
        });

        var summary = new ValidationSummary(resources, failed, errors, warnings, clock.Elapsed);
        report.End(summary);
        return summary;
    }

    private void Report(ValidatedResource resource)
    {
        resources++;
        errors += resource.Errors;
        warnings += resource.Warnings;
        if (isFailed(resource)) failed++;
        report.Add(resource);
    }
}
