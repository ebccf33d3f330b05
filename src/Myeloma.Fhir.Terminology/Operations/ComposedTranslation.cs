using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.ConceptMaps;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>Translations by several maps, one after the other, each read in either direction: from a code of RxNorm by our own code to ATC.</summary>
/// <remarks>src/decisions/composed-translations.md</remarks>
/// <param name="maps">Those that may be steps.</param>
/// <param name="isSatisfied">Whether what a mapping depends on was given.</param>
internal sealed class ComposedTranslation(IReadOnlyList<CompiledConceptMap> maps, Func<Mapping, bool> isSatisfied, TerminologyLimits limits)
{
    /// <summary>The ways from a code to any that is wanted, all of the same number of steps: as few as lead there.</summary>
    /// <param name="isWanted">Whether a match is of the system and value set that were asked for.</param>
    /// <returns>In the order of the maps; none when no way of <see cref="TerminologyLimits.MaxMapSteps"/> steps leads there. Each match has its steps.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: more ways than <see cref="TerminologyLimits.MaxMapPaths"/>.</exception>
    public IReadOnlyList<TranslationMatch> Find(string system, string code, Func<TranslationMatch, bool> isWanted)
    {
        List<Way> open = [new Way(system, code, "equal", [])];
        for (var (steps, taken) = (0, 0); steps < limits.MaxMapSteps && open.Count > 0; steps++)
        {
            var (found, next) = (new List<TranslationMatch>(), new List<Way>());
            foreach (var (way, map) in open.SelectMany(way => maps.Select(map => (way, map))))
            {
                foreach (var (match, step) in Steps(way, map))
                {
                    if (++taken > limits.MaxMapPaths)
                        throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"From '{system}#{code}' more than {limits.MaxMapPaths} ways lead through the concept maps here (setting Fhir:Terminology:MaxMapPaths); name the map that is meant by 'url'.")));
                    if (isWanted(match)) found.Add(match);
                    else if (step is not null) next.Add(step);
                }
            }

            if (found.Count > 0) return found;
            open = next;
        }

        return [];
    }

    /// <summary>The next steps of a way by one map: as a match, and as a longer way; null where the way ends there.</summary>
    private IEnumerable<(TranslationMatch Match, Way? Way)> Steps(Way way, CompiledConceptMap map)
    {
        foreach (var mapping in map.FromSource(way.System, way.Code))
        {
            // With further elements beside it the target stands for the source; the next map knows nothing of them.
            if (mapping.TargetCode is { } code && isSatisfied(mapping) && Step(way, map, mapping, isReverse: false, mapping.Group.Target, code) is { } step)
                yield return (Match(step, mapping.Group.TargetVersion, mapping.TargetDisplay, mapping.Products, map.Target), mapping.Products.Count == 0 ? step : null);
        }

        foreach (var mapping in map.FromTarget(way.System, way.Code))
        {
            if (mapping.DependsOn.Count == 0 && mapping.Products.Count == 0 && Step(way, map, mapping, isReverse: true, mapping.Group.Source, mapping.SourceCode) is { } step)
                yield return (Match(step, null, mapping.SourceDisplay, [], map.Source), step);
        }
    }

    /// <summary>A way that comes back to a system it was in is none: it would only drift.</summary>
    private static Way? Step(Way way, CompiledConceptMap map, Mapping mapping, bool isReverse, string system, string code)
    {
        if (system.Length == 0 || system == way.System || way.Steps.Any(step => step.System == system || step.From == system)) return null;
        var equivalence = isReverse ? Equivalence.Reversed(mapping.Equivalence) : mapping.Equivalence;
        return Equivalence.Compose(way.Equivalence, equivalence) is { } composed
            ? new Way(system, code, composed, [.. way.Steps, new TranslationStep(map.Canonical, isReverse, way.System, system, code, isReverse ? mapping.SourceDisplay : mapping.TargetDisplay, equivalence)])
            : null;
    }

    private static TranslationMatch Match(Way way, string? version, string? display, IReadOnlyList<MappingElement> products, string? scope) =>
        new(way.System, version, way.Code, display, way.Equivalence, null, products, way.Steps.Count == 1 ? way.Steps[0].Map : null, scope) { Steps = way.Steps };

    private sealed record Way(string System, string Code, string Equivalence, IReadOnlyList<TranslationStep> Steps);
}

/// <summary>One map on the way of a composed translation.</summary>
/// <param name="Map">Its canonical; null when it has none.</param>
/// <param name="IsReverse">Whether it is read from target to source.</param>
/// <param name="From">The system before the step.</param>
/// <param name="System">The system after it.</param>
/// <param name="Equivalence">Of the concept after it as regards that before it.</param>
internal sealed record TranslationStep(string? Map, bool IsReverse, string From, string System, string Code, string? Display, string Equivalence);
