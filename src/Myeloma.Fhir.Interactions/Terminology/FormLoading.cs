using System.Diagnostics.Metrics;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.CodeSets;

namespace Myeloma.Fhir.Interactions.Terminology;

/// <summary>Brings the forms of large code systems into memory in the background: at the start, and when a release was imported on whichever server. One for a server.</summary>
public sealed class FormLoading : IAsyncDisposable
{
    private readonly CurrentDefinitions definitions;
    private readonly Action<string, Exception?> report;
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim news = new(0);
    private readonly Task work;

    /// <param name="meter">Gets size, number of concepts and time of making of each form in memory.</param>
    /// <param name="report">Takes faults that nobody else learns of.</param>
    public FormLoading(CurrentDefinitions definitions, ConceptForms forms, TerminologyPings pings, Meter meter, Action<string, Exception?> report)
    {
        (this.definitions, this.report) = (definitions, report);
        Measure(meter, forms);
        work = Task.WhenAll(pings.ListenAsync(() => news.Release(), closing.Token), Task.Run(WorkAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await work;
        closing.Dispose();
        news.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await news.WaitAsync(closing.Token);
                while (await news.WaitAsync(0, CancellationToken.None))
                {
                    // One look is enough for all that was told meanwhile.
                }

                await definitions.LoadFormsAsync(closing.Token);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (FhirException fault)
            {
                report("Concepts of a code system could not be brought into memory; who asks for them tries again.", fault);
            }
        }
    }

    private static void Measure(Meter meter, ConceptForms forms)
    {
        static KeyValuePair<string, object?> System(LoadedForm form) => new("system", form.Canonical);
        meter.CreateObservableUpDownCounter("myeloma.fhir.terminology.bytes", () => forms.Loaded.Select(each => new Measurement<long>(each.Form.Size, System(each))), "By", "Memory of the concepts of a large code system.");
        meter.CreateObservableUpDownCounter("myeloma.fhir.terminology.concepts", () => forms.Loaded.Select(each => new Measurement<int>(each.Form.Count, System(each))), "{concept}", "Concepts of a large code system in memory.");
        meter.CreateObservableGauge(
            "myeloma.fhir.terminology.load.duration",
            () => forms.Loaded.Select(each => new Measurement<double>(each.Took.TotalSeconds, System(each), new("kind", each.IsCompiled ? "compiled" : "read"))), "s", "How long it took to compile a large code system, or to read its kept form.");
    }
}
