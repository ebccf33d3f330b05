using System.Diagnostics;
using System.Globalization;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary>Evaluates expressions that people send, within limits, with references to this server's resources resolved.</summary>
/// <remarks>https://hl7.org/fhir/R4/fhirpath.html</remarks>
/// <param name="validator">Answers <c>memberOf()</c> and <c>conformsTo()</c>; asked for once a request.</param>
public sealed class ExpressionEvaluation(ResourceStore store, ExpressionLimits limits, Func<CancellationToken, ValueTask<Validator>> validator)
{
    public ExpressionLimits Limits => limits;

    /// <summary>A resource of this server.</summary>
    /// <param name="reference"><c>Patient/1</c>, <c>Patient/1/_history/2</c>, or the same below the base URL.</param>
    /// <exception cref="FhirException"><c>invalid</c>: no such reference; <c>not-found</c>, <c>deleted</c>.</exception>
    public async Task<ResourceDocument> FetchAsync(string reference, string baseUrl, CancellationToken cancellationToken)
    {
        var place = LocalReference.Find(reference, baseUrl)
            ?? throw new FhirException(Issue.Invalid($"'{Shortened(reference)}' is no reference to a resource of this server; one looks like 'Patient/1'."));
        var version = await place.FetchAsync(store, cancellationToken) ?? throw new FhirException(Issue.NotFound($"{place.Text} is not known here."));
        return version.IsDeleted
            ? throw new FhirException(Issue.Deleted($"{place.Text} was deleted."))
            : ResourceDocument.Parse(version.Body);
    }

    /// <summary>Evaluates; what <c>resolve()</c> misses is fetched, and the evaluation done again with it.</summary>
    /// <exception cref="FhirException"><c>invalid</c> and, in strict ones, others: the expression, with the character; <c>too-costly</c>: past a limit; <c>not-supported</c>: it needs what is not there.</exception>
    public async Task<ExpressionOutcome> EvaluateAsync(ExpressionRequest request, CancellationToken cancellationToken)
    {
        var expression = FhirPathExpression.Parse(request.Expression);
        var context = request.Context is null ? null : FhirPathExpression.Parse(request.Context);
        var check = ExpressionChecking.Check(request, expression, context);
        if (request.IsStrict && !check.IsClean) throw new FhirException([.. check.Issues.Select(found => found.Issue).Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal)]);
        var references = new ReferenceFetching(store, request, limits.MaxReferences);
        var environment = (await validator(cancellationToken)).ForExpressions() with
        {
            Resource = request.Resource?.Root,
            RootResource = request.Resource?.Root,
            Variables = request.Variables,
            Resolve = references.Resolve,
            RefuseUnknownElements = request.IsStrict,
        };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var results = new Round(limits, request, environment, started, cancellationToken).Evaluate(expression, context);
                if (!await references.FetchAsync(cancellationToken)) return new ExpressionOutcome(expression, check, results);
            }
            catch (FhirException) when (references.HasPending)
            {
                // Nothing stood in for what is not fetched yet; with it the fault may be gone.
                await references.FetchAsync(cancellationToken);
            }
        }
    }

    private static string Shortened(string text) => text.Length <= 200 ? text : text[..200] + "…";

    /// <summary>One evaluation over all items of the context.</summary>
    private sealed class Round(ExpressionLimits limits, ExpressionRequest request, EvaluationContext environment, long started, CancellationToken cancellationToken)
    {
        private int items;

        public List<ExpressionResult> Evaluate(FhirPathExpression expression, FhirPathExpression? context)
        {
            var start = request.Resource is { } document ? Collection.Of(document.Root) : Collection.Empty;
            if (context is null) return [One(expression, start, null)];

            var results = new List<ExpressionResult>();
            var index = 0;
            foreach (var item in context.Evaluate(start, Environment(null)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var place = item.IsElement
                    ? item.Element.Document.ExpressionOf(item.Element)
                    : string.Create(CultureInfo.InvariantCulture, $"{request.Context}[{index}]");
                results.Add(One(expression, Collection.Of(item), place));
                index++;
            }

            return results;
        }

        private ExpressionResult One(FhirPathExpression expression, Collection over, string? place)
        {
            var traces = new List<(string, Collection)>();
            var found = expression.Evaluate(over, Environment((name, traced) =>
            {
                Count(traced.Count + 1);
                traces.Add((name, traced));
            }));
            Count(found.Count + 1);
            return new ExpressionResult(place, found, traces);
        }

        private EvaluationContext Environment(Action<string, Collection>? trace)
        {
            var left = limits.MaxTime - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"The evaluation took longer than {limits.MaxTime.TotalSeconds:0.#} s, the limit of this server (setting Fhir:FhirPathMaxSeconds).")));
            return environment with { Trace = trace, Limits = new EvaluationLimits { MaxSteps = limits.MaxSteps, MaxTime = left } };
        }

        private void Count(int more)
        {
            items += more;
            if (items > limits.MaxItems)
                throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"The expression gives more than {limits.MaxItems:N0} items, the limit of this server (setting Fhir:FhirPathMaxItems).")));
        }
    }
}
