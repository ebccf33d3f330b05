using Myeloma.Fhir.ClinicalReasoning.Actions;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Linting;

/// <summary>Holds a plan, with the activities and plans it uses, against the rules of <see cref="LintRule"/>. Pure.</summary>
public sealed class RegimenLint
{
    private readonly ApplySources sources;
    private readonly ApplyRun run;
    private readonly Element plan;
    private readonly List<Issue> issues = [];

    private RegimenLint(Element plan, ApplySources sources, ApplyLimits limits, CancellationToken cancellationToken)
    {
        (this.plan, this.sources) = (plan, sources);
        run = new ApplyRun(new ApplyRequest { Subject = "", Now = DateTimeOffset.UnixEpoch }, sources with { Resources = _ => null, SubjectData = _ => [] }, limits, cancellationToken);
    }

    /// <param name="plan">A PlanDefinition, of any status.</param>
    /// <param name="sources">Definitions only: of activities and plans that are used, and of code systems.</param>
    /// <param name="others">Plans that may share an abbreviation or the drugs; the plan itself and its other versions are passed over.</param>
    /// <returns>Warnings and information, in the order of the plan; what is found in an activity outside the plan is told at the action that uses it. Each finding once.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: past a limit.</exception>
    public static IReadOnlyList<Issue> Of(Element plan, ApplySources sources, IReadOnlyList<Element> others, ApplyLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var lint = new RegimenLint(plan, sources, limits ?? ApplyLimits.Default, cancellationToken);
        lint.issues.AddRange(AbbreviationLint.Of(plan, others, sources, limits, cancellationToken));
        var definition = new Definition(plan);
        lint.run.Open(definition);
        lint.Walk(definition, plan, null, null, 1);
        return [.. lint.issues.Distinct()];
    }

    /// <param name="user">The action of the linted plan that leads here; null within that plan itself.</param>
    private void Walk(Definition from, Element holder, CycleTiming? cycle, Element? user, int depth)
    {
        foreach (var action in holder.Children("action"))
        {
            run.Enter(depth);
            var place = user ?? action;
            Requirements(action, place);
            var used = action.Child("definition") is { Text: { } canonical, Type.Name: "canonical" } ? run.Definitions.Find(canonical, from) : null;
            if (action.Child("action") is not null) Walk(from, action, CycleTiming.Of(action) ?? cycle, user, depth + 1);
            else if (used is { Type: "PlanDefinition" } nested)
            {
                if (run.Open(nested) is not null) continue;
                Walk(nested, nested.Root, null, IsHere(nested.Root) ? user : place, depth + 1);
                run.Close();
            }
            else Member(action, used?.Root, from, holder, cycle, place);
        }
    }

    private void Member(Element action, Element? activity, Definition from, Element holder, CycleTiming? cycle, Element user)
    {
        if (cycle is { } length) Days(action, activity, length, user);
        var drug = MemberReading.Of(action, activity, from).Drug;
        var isDrug = activity is { } known ? known.TextOf("kind") == "MedicationRequest" || known.Child("product") is not null : holder.TextOf("selectionBehavior") == "all" && holder.Type.Name != "PlanDefinition";
        if (isDrug && drug.Codings.Count == 0) Report(LintRule.MemberWithoutCode, $"'{drug.Name}' has no code.", action, user);
        if (isDrug)
            foreach (var system in drug.Codings.Select(coding => coding.System).Distinct())
                if (IsRetired(system)) Report(LintRule.RetiredCodeSystem, $"'{drug.Name}' has a code of {system}, which is retired.", action, user);
        if (activity is { } given)
            foreach (var dosage in given.Children("dosage")) Dosage(dosage, user);
    }

    private void Days(Element action, Element? activity, CycleTiming cycle, Element user)
    {
        var last = cycle.Value * cycle.Unit switch { "d" => 1, "mo" => 31, _ => 366 };
        var days = DaysOfCycle.Of(action) is { Count: > 0 } own ? own : activity is { } known ? DaysOfCycle.Of(known) : [];
        var beyond = days.Select(day => day.Number).Where(day => day > last).Distinct().ToList();
        if (beyond.Count > 0) Report(LintRule.DayBeyondCycle, $"{char.ToUpperInvariant(DayWords.Of(beyond)[0])}{DayWords.Of(beyond)[1..]} {(beyond.Count == 1 ? "lies" : "lie")} behind the end of the cycle, which has {cycle.InWords}.", action, user);
    }

    private void Dosage(Element dosage, Element user)
    {
        var doses = dosage.Children("doseAndRate").ToList();
        if (doses.Count > 0 && dosage.Child("route") is null) Report(LintRule.DoseWithoutRoute, "The dosage has a dose and no route.", dosage, user);
        foreach (var quantity in doses.SelectMany(Quantities)) Dose(quantity, dosage.TextOf("text"), user);
    }

    private static IEnumerable<Element> Quantities(Element doseAndRate)
    {
        foreach (var child in doseAndRate.Children().ToList())
        {
            if (child.Type.IsA("Quantity")) yield return child;
            if (child.Type.Name is not ("Range" or "Ratio")) continue;
            foreach (var part in child.Children().ToList())
                if (part.Type.IsA("Quantity")) yield return part;
        }
    }

    private void Dose(Element quantity, string? words, Element user)
    {
        if (quantity.TextOf("value") is not { } value) return;
        var (unit, code, system) = (quantity.TextOf("unit"), quantity.TextOf("code"), quantity.TextOf("system"));
        if (unit is null && code is null)
        {
            Report(LintRule.DoseWithoutUnit, $"The dose {value} has no unit.", quantity, user);
            return;
        }

        var isUcum = system == "http://unitsofmeasure.org" && code is not null;
        if (!isUcum)
            Report(LintRule.UnitNotUcum, code is null ? $"The unit '{unit}' has no code." : $"The unit '{unit ?? code}' has the code {code} of {system ?? "no system"}.", quantity, user);
        var told = isUcum ? Linting.DoseBasis.OfUcum(code!) : null;
        var said = Linting.DoseBasis.OfWords(unit);
        if (told is { } coded && said is { } stated && coded != stated) Report(LintRule.DoseBasis, $"The unit '{unit}' is {Linting.DoseBasis.InWords(stated)}, its code {code} {Linting.DoseBasis.InWords(coded)}.", quantity, user);
        else if ((said ?? told) is { } basis && Linting.DoseBasis.OfText(words, value) is { } text && text != basis)
            Report(LintRule.DoseBasis, $"The dosage '{words}' is {Linting.DoseBasis.InWords(text)}, its dose {value} {unit ?? code} {Linting.DoseBasis.InWords(basis)}.", quantity, user);
    }

    /// <summary>Requirements of earlier treatment.</summary>
    private void Requirements(Element action, Element user)
    {
        foreach (var requirement in ElementWords.Extensions(action, "http://myeloma-fhir.org/fhir/StructureDefinition/prior-therapy"))
        foreach (var need in ElementWords.Extensions(requirement, "requirement"))
        {
            if (ElementWords.Part(need, "concept") is not { } concept) continue;
            var codings = ElementWords.Codings(concept);
            if (codings.Count == 0) Report(LintRule.UnknownClass, $"The requirement names '{ElementWords.OfConcept(concept)}' without a code.", concept, user);
            foreach (var (system, code) in codings)
                if (IsUnknown(system, code)) Report(LintRule.UnknownClass, $"The requirement names {code}, which {system} does not have.", concept, user);
        }
    }

    private bool IsRetired(string system)
    {
        var versions = CodeSystems(system);
        return versions.Count > 0 && versions.TrueForAll(version => version.TextOf("status") == "retired");
    }

    /// <summary>Whether a code is missing; where the content of the system is not in the resource, that can't be told.</summary>
    private bool IsUnknown(string system, string code)
    {
        var versions = CodeSystems(system).Where(version => version.TextOf("content") == "complete" && version.Child("concept") is not null).ToList();
        return versions.Count > 0 && versions.TrueForAll(version => !Has(version, code, 0));
    }

    private List<Element> CodeSystems(string system) => [.. sources.Definitions(system).Where(document => document.ResourceType == "CodeSystem").Select(document => document.Root)];

    private static bool Has(Element parent, string code, int depth)
    {
        foreach (var concept in parent.Children("concept"))
            if (concept.TextOf("code") == code || (depth < 100 && Has(concept, code, depth + 1))) return true;
        return false;
    }

    private bool IsHere(Element element) => ReferenceEquals(element.Document, plan.Document);

    /// <param name="place">What is wrong.</param>
    /// <param name="user">The action of the plan where that is told when it stands elsewhere.</param>
    private void Report(LintRule rule, string what, Element place, Element user)
    {
        var isHere = IsHere(place);
        var at = isHere ? place : user;
        if (!isHere) what = $"{what} It is at {place.Document.ExpressionOf(place)} of {new Definition(place.Document.Root).Name}.";
        issues.Add(Finding(rule, what, at));
    }

    internal static Issue Finding(LintRule rule, string what, Element at)
    {
        var (line, column) = at.Document.PositionOf(at);
        return new Issue(
            rule.IsWarning ? IssueSeverity.Warning : IssueSeverity.Information, rule.IsWarning ? IssueType.BusinessRule : IssueType.Informational, $"{what} {rule.Fix}", at.Document.ExpressionOf(at), line, column, rule.Id);
    }
}
