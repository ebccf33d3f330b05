using System.Diagnostics;
using System.Globalization;
using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Forms;
using Myeloma.Fhir.Terminology.Importing;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>What the engine does without a server: reading, compiling, keeping, and the questions that everything else asks of it. One thread.</summary>
internal static class InProcessCases
{
    public static void Run(string lines, int concepts, Figures figures)
    {
        var (form, header) = Compile(lines);
        var kept = Path.ChangeExtension(lines, ".form");
        Time("writing the compiled form", () =>
        {
            using var file = File.Create(kept);
            form!.Write(file);
        });
        form = null;
        var before = Live();
        var watch = Stopwatch.StartNew();
        using (var file = File.OpenRead(kept)) form = ConceptForm.Read(file)!;
        Say($"reading the compiled form ({new FileInfo(kept).Length / 1e6:F0} MB): {watch.Elapsed.TotalSeconds:F2} s");
        figures.AtMost("memory of the form with text", (Live() - before) / 1e6, "MB", 400);
        Say($"memory of the form, with hierarchy, text and index of words: {(Live() - before) / 1e6:F0} MB, {form.Size / 1e6:F0} MB by its own count");
        var system = CompiledCodeSystem.Of(CodeSystemSource.Of(ResourceDocument.Parse(Encoding.UTF8.GetBytes(header)).Root), form);
        Ask(system, concepts, figures);
        Answer(header, system, concepts, figures);
    }

    /// <summary>Whole operations: parameters in, the answer as JSON out.</summary>
    private static void Answer(string header, CompiledCodeSystem system, int concepts, Figures figures)
    {
        var resource = ResourceDocument.Parse(Encoding.UTF8.GetBytes(header.Replace("\"url\"", $"\"extension\":[{{\"url\":\"{ConceptContent.Extension}\",\"valueString\":\"0\"}}],\"url\"", StringComparison.Ordinal)));
        var top = ResourceDocument.Parse(Encoding.UTF8.GetBytes(HttpCases.TopValueSet("top")));
        var catalog = new TerminologyCatalog(
            R4Schema.Instance, (type, url) => type == "CodeSystem" && url == GeneratedSystem.Url ? [resource] : type == "ValueSet" && url == HttpCases.TopUrl ? [top] : [], _ => system);
        var (lookup, validate, subsumes, expand) = (new Lookup(TerminologyLimits.Default), new ValidateCode(TerminologyLimits.Default), new Subsumes(TerminologyLimits.Default), new ValueSetExpand(TerminologyLimits.Default, TimeProvider.System));
        string Code(int each) => GeneratedSystem.Code((int)(each * 7919L % concepts));
        Rate("$lookup, whole", each => lookup.Answer(catalog, Of(("system", GeneratedSystem.Url), ("code", Code(each)))).Length, 1 << 12);
        Prepared(lookup, catalog, Code, figures);
        Rate("$subsumes, whole", each => subsumes.Answer(catalog, Of(("system", GeneratedSystem.Url), ("codeA", Code(each)), ("codeB", Code(each ^ 0x55)))).Length, 1 << 12);
        Rate("$validate-code, whole", each => validate.CodeSystem(catalog, Of(("url", GeneratedSystem.Url), ("code", Code(each)))).Length, 1 << 12);
        Rate("$validate-code in an is-a set, whole", each => validate.ValueSet(catalog, Of(("url", HttpCases.TopUrl), ("system", GeneratedSystem.Url), ("code", Code(each)))).Length, 1 << 12);
        Rate("$expand is-a, 100 at any offset, whole", each => expand.Answer(catalog, Of(("url", HttpCases.TopUrl), ("count", "100"), ("offset", (each * 71L % 300_000).ToString(CultureInfo.InvariantCulture)))).Length, 1 << 10);
        var words = new GeneratedSystem(1).CommonWords(1 << 10).ToArray();
        Rate("$expand with filter, 20, whole", each => expand.Answer(catalog, Of(("url", HttpCases.TopUrl), ("count", "20"), ("filter", words[each][..Math.Min(3, words[each].Length)]))).Length, 1 << 10);
    }

    /// <summary>As the server answers the same question again with other codes.</summary>
    private static void Prepared(Lookup lookup, TerminologyCatalog catalog, Func<int, string> code, Figures figures)
    {
        var first = Of(("system", GeneratedSystem.Url), ("code", code(1)));
        var prepared = lookup.Prepare(catalog, first, lookup.Answer(catalog, first))!;
        var output = new JsonBuffer();
        var codes = Enumerable.Range(0, 1 << 12).Select(code).ToArray();
        figures.AtMost("whole `$lookup`, in process", Rate("$lookup of a prepared question, whole", each =>
        {
            output.Clear();
            return prepared.TryAnswer(codes[each], "", output) ? output.Written.Length : throw new InvalidOperationException($"{codes[each]} is not known.");
        }, 1 << 12), "µs", 3);
    }

    private static TerminologyArguments Of(params (string Name, string Value)[] arguments) => new(arguments.Select(each => new TerminologyArgument(each.Name, each.Value, null)));

    private static (ConceptForm? Form, string Header) Compile(string lines)
    {
        CodeSystemSource? source = null;
        Time("reading NDJSON", () =>
        {
            using var files = ReleaseFiles.At(lines);
            source = ReleaseFormat.Get("ndjson", files).Read(files, new ReleaseOptions(), null, CancellationToken.None);
        });
        ConceptForm? form = null;
        Time("hashing its content", () => ConceptContent.Hash(source!.Concepts));
        Time("compiling", () => form = ConceptForm.Of(source!));
        Time("making the index of words", () => _ = form!.Index);
        return (form, File.ReadLines(lines).First());
    }

    private static void Ask(CompiledCodeSystem system, int concepts, Figures figures)
    {
        var codes = Enumerable.Range(0, 1 << 16).Select(each => GeneratedSystem.Code((int)(each * 7919L % concepts))).ToArray();
        Rate("find a code", each => system.Find(codes[each]));
        figures.AtMost("`$subsumes` of two codes, in process", Rate("$subsumes of two codes", each => Subsumes.Outcome(system, system.Find(codes[each]), system.Find(codes[each ^ 0x55])).Length), "µs", 1);
        var large = system.Hierarchy.SelfAndDescendants(system.Find(GeneratedSystem.Code(1)));
        var membership = string.Create(CultureInfo.InvariantCulture, $"membership of a code in an is-a set of {large.Count:N0}");
        figures.AtMost($"{membership}, in process", Rate(membership, each => large.Contains(system.Find(codes[each])) ? 1 : 0), "µs", 1);
        var enumerated = ConceptSet.Of(large.From(0).Where(ordinal => ordinal % 2 == 0));
        Rate(string.Create(CultureInfo.InvariantCulture, $"membership of a code in an enumerated set of {enumerated.Count:N0}"), each => enumerated.Contains(system.Find(codes[each])) ? 1 : 0);
        Rate("display and designations of a code", each => system.Display(system.Find(codes[each]))!.Length + system.Designations(system.Find(codes[each])).Length);
        Rate("is-a page of 100 at any offset", each => large.From(each * 5 % large.Count).Take(100).Count(), 1 << 12);
        var prefixes = Enumerable.Range(0, 1 << 12).Select(each => Prefixes(system, each * 101 % concepts)).ToArray();
        Rate("text filter of two prefixes", each => system.Index.Find(prefixes[each])!.Count, 1 << 12);
    }

    private static string Prefixes(CompiledCodeSystem system, int ordinal)
    {
        var words = system.Display(ordinal)!.Split(' ');
        return words[^1][..Math.Min(3, words[^1].Length)] + " " + words[0][..Math.Min(4, words[0].Length)];
    }

    /// <remarks>One thread works, so that the time of the processor is told, too: it counts for the machine when others use it at the same time.</remarks>
    /// <returns>Microseconds of a processor, each.</returns>
    private static double Rate(string name, Func<int, int> ask, int count = 1 << 16)
    {
        // Code is made fast in the background, some time after it has run for the first time.
        var sum = 0;
        for (var warm = Stopwatch.StartNew(); warm.Elapsed < TimeSpan.FromSeconds(1);)
            for (var each = 0; each < count; each++) sum += ask(each);
        var (watch, processor, rounds, best) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, 0, double.MaxValue);
        while (watch.Elapsed < TimeSpan.FromSeconds(1))
        {
            var began = watch.Elapsed;
            for (var each = 0; each < count; each++) sum += ask(each);
            best = Math.Min(best, (watch.Elapsed - began).TotalMicroseconds / count);
            rounds++;
        }

        var asked = (double)rounds * count;
        var ofProcessor = (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / asked;
        Say($"{name}: {watch.Elapsed.TotalMicroseconds / asked:F3} µs, of the processor {ofProcessor:F3} µs, the fastest of {rounds} rounds {best:F3} µs ({sum & 1})");
        return ofProcessor;
    }

    private static void Time(string name, Action work)
    {
        var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        work();
        Say($"{name}: {watch.Elapsed.TotalSeconds:F2} s, of the processors {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F2} s");
    }

    private static long Live()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
